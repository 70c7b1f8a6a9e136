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

  /**
   * Later news changes nothing, except that a panic explains an exit that was seen first. Waits end with `reason`;
   * without one, with an error that says how the guest ended.
   */
  ended(state: Exclude<GuestState, 'running'>, detail: string, reason?: unknown): void {
    if (this.#state === 'running' || (state === 'panicked' && this.#state === 'powered-off')) {
      this.#state = state;
      this.#detail = detail;
    }
    const blame = ['vanished', 'off-asked', 'flooded', 'slow'].includes(state) ? 'harness' : 'kernel';
    this.#controller.abort(reason ?? new LastrefError(`the guest is gone: ${detail}`, { blame }));
  }
}

/** Lines that need to be seen at once; everything else is the verdict engine's business. */
const panicLine = /Kernel panic - not syncing: [^\r\n]{0,200}/;

/** What the rootfs's init says when dropbear is about to listen (images/rootfs/base/init). */
export const upLine = 'lastref: guest up';

/** Feeds a GuestWatch from console pieces; a line torn between two pieces is still seen. */
export function consoleSpotter(watch: GuestWatch): (chunk: Buffer) => void {
  let tail = '';
  return (chunk) => {
    const text = tail + chunk.toString('latin1');
    const panic = panicLine.exec(text)?.[0];
    if (panic !== undefined) watch.ended('panicked', panic);
    if (text.includes(upLine)) watch.cameUp();
    tail = text.slice(-300);
  };
}
