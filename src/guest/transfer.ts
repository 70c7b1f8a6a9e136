import { within } from '../kit/wait.js';

export interface TransferResult {
  readonly bytes: number;
  readonly errno: string | null;
}

/** A read or write under way. */
export class Transfer {
  readonly name: string;
  /** Bytes asked for. */
  readonly length: number;
  readonly #done: Promise<TransferResult>;
  #result: TransferResult | null = null;

  constructor(name: string, length: number, done: Promise<TransferResult>) {
    this.name = name;
    this.length = length;
    this.#done = done.then((result) => {
      this.#result = result;
      return result;
    });
    this.#done.catch(() => undefined); // whoever awaits completed() hears of it
  }

  /** Null while it is in flight. */
  get result(): TransferResult | null {
    return this.#result;
  }

  /** Waits for its completion; `deadlineMs` is final (already stretched). */
  completed(deadlineMs: number): Promise<TransferResult> {
    return within({ name: `${this.name} to complete`, deadlineMs, blame: 'kernel' }, () => this.#done);
  }
}
