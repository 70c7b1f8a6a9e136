import { deferred } from '../kit/deferred.js';
import { LastrefError } from '../kit/errors.js';

/** How a guest stands: what the judge asks first. */
export type GuestState =
  | 'running'
  | 'off-asked'
  | 'panicked'
  | 'vanished'
  | 'powered-off'
  | 'silent'
  | 'slow'
  | 'flooded';

/**
 * Knows how a guest stands. The first thing that ends it decides, and aborts `signal` with the reason, so that
 * every wait ends early.
 */
export class GuestWatch {
  readonly #controller = new AbortController();
  #state: GuestState = 'running';
  readonly #up = deferred<void>();
  #detail = '';
  /** What the console says of a panic, while nothing speaks against it. */
  #panic = '';
  #isReal: (() => Promise<boolean>) | undefined;
  #asking: Promise<void> = Promise.resolve();

  /** Settles when no panic that only the console told of is in doubt. */
  get settled(): Promise<void> {
    return this.#asking;
  }

  /** Settles when userspace says that it stands. */
  get up(): Promise<void> {
    return this.#up.promise;
  }

  cameUp(): void {
    this.#up.resolve();
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  get state(): GuestState {
    return this.#state;
  }

  /** One sentence on why it no longer runs; empty while it does. */
  get detail(): string {
    return this.#detail;
  }

  /** From now on `isReal` is asked about a panic that only the console tells of: any program may write to that. */
  doubtPanics(isReal: () => Promise<boolean>): void {
    this.#isReal = isReal;
  }

  /** The console tells of a panic; the same line may come again when there is more of it. */
  saidToPanic(line: string): void {
    const isMore = this.#panic !== '' && line.startsWith(this.#panic);
    this.#panic = line;
    if (this.#isReal === undefined) this.ended('panicked', line);
    else if (!isMore) this.#asking = this.#settle(this.#isReal, line);
  }

  async #settle(isReal: () => Promise<boolean>, line: string): Promise<void> {
    if (await isReal()) this.ended('panicked', this.#panic || line);
    else if (this.#panic.startsWith(line)) this.#panic = '';
  }

  /**
   * Later news changes nothing, except that a panic explains an exit that was seen first. Waits end with `reason`;
   * without one, with an error that says how the guest ended.
   */
  ended(news: Exclude<GuestState, 'running'>, told: string, reason?: unknown): void {
    const isPanic = this.#panic !== '' && ['panicked', 'powered-off', 'vanished'].includes(news);
    const [state, detail] = isPanic ? (['panicked', this.#panic] as const) : [news, told];
    if (this.#state === 'running' || (state === 'panicked' && this.#state === 'powered-off')) {
      this.#state = state;
      this.#detail = detail;
    }
    const blame = ['vanished', 'off-asked', 'flooded', 'slow'].includes(state) ? 'harness' : 'kernel';
    this.#controller.abort(reason ?? new LastrefError(`the guest is gone: ${detail}`, { blame }));
  }
}

/** Lines that need to be seen at once; everything else is the verdict engine's business. */
const panicLine = /Kernel panic - not syncing: [^\r\n]{0,200}/g;

/** More of a line than anything here looks for. */
const longestLine = 300;

/** What the rootfs's init says when dropbear is about to listen (images/rootfs/base/init). */
export const upLine = 'lastref: guest up';

/** Feeds a GuestWatch from console pieces; a line torn between two pieces is still seen. */
export function consoleSpotter(watch: GuestWatch): (chunk: Buffer) => void {
  let tail = '';
  return (chunk) => {
    const text = tail + chunk.toString('latin1');
    for (const [line] of text.matchAll(panicLine)) watch.saidToPanic(line);
    if (text.includes(upLine)) watch.cameUp();
    tail = text.slice(text.lastIndexOf('\n') + 1).slice(-longestLine);
  };
}
