import { LastrefError } from '../kit/errors.js';
import { within } from '../kit/wait.js';
import { ProbeRefusal } from './probe-client-errors.js';
import type { PendingWrite, ProcessSample, RemoverProbe } from './probe-types-remover.js';

/** How a removal ended. `errno` is null when it succeeded. */
export interface RemovalResult {
  readonly errno: string | null;
  readonly elapsedMs: number;
}

/** A write to sysfs that takes a device away, under way in a process of its own. */
export class Removal {
  readonly name: string;
  readonly #write: Promise<PendingWrite>;
  readonly #done: Promise<RemovalResult>;
  #result: RemovalResult | null = null;

  constructor(probe: RemoverProbe, name: string, file: string, value: string) {
    this.name = name;
    this.#write = probe.write(file, value);
    this.#done = this.#finish();
    this.#done.catch(() => undefined); // whoever awaits finished() hears of it
  }

  /** Null while it is under way. */
  get result(): RemovalResult | null {
    return this.#result;
  }

  /** Waits until the write has returned; `deadlineMs` is final (already stretched). */
  finished(deadlineMs: number): Promise<RemovalResult> {
    return within({ name: `${this.name} to return`, deadlineMs }, () => this.#done);
  }

  /** Where the writing process stands in the kernel; null once it has returned. */
  async sample(): Promise<ProcessSample | null> {
    try {
      return await (await this.#write).sample();
    } catch (error) {
      if (error instanceof ProbeRefusal && error.errno === 'ESRCH') return null;
      throw error;
    }
  }

  async #finish(): Promise<RemovalResult> {
    const { signal, errno, elapsedMs } = await (await this.#write).done;
    if (signal !== null) throw new LastrefError(`${this.name} was killed by ${signal}`, { blame: 'kernel' });
    this.#result = { errno, elapsedMs };
    return this.#result;
  }
}

/** Where a process stands, in a line. */
export function describeSample(sample: ProcessSample | null): string {
  if (sample === null) return 'it has returned';
  return `state ${sample.state}, stack ${sample.stack?.slice(0, 8).join(' < ') || sample.wchan}`;
}

/** Starts removals through the remover probe of one guest. */
export class Remover {
  readonly #probe: RemoverProbe;
  readonly #record: (event: string, fields: Readonly<Record<string, unknown>>) => void;

  constructor(
    probe: RemoverProbe,
    record: (event: string, fields: Readonly<Record<string, unknown>>) => void,
  ) {
    this.#probe = probe;
    this.#record = record;
  }

  /** Begins to write `value` to `file`. Returns at once. */
  start(name: string, file: string, value: string): Removal {
    this.#record('removal-started', { removal: name, file, value });
    return new Removal(this.#probe, name, file, value);
  }
}
