import type { Buffer } from '../guest/buffer.js';
import type { Access, Attempt } from '../guest/owner.js';
import { type ProcessSample, stoodStill } from '../guest/probe-types-remover.js';
import { describeSample, type Removal, type RemovalResult } from '../guest/remover.js';
import type { Transfer } from '../guest/transfer.js';
import { LastrefError } from '../kit/errors.js';
import { until, within } from '../kit/wait.js';
import type { PromiseName } from './promises.js';
import { keptTask, WitnessError } from './witness-error.js';

/** What matchers need to know of the guest and the scenario around them. */
export interface ExpectContext {
  readonly signal: AbortSignal;
  /** Stretches a deadline in ms to this guest's slowness. */
  patience(ms: number): number;
  record(event: string, fields: Readonly<Record<string, unknown>>): void;
  /** The promise a failed expectation breaks unless it names another. */
  readonly promise: PromiseName | undefined;
}

/** Time an operation that must be prompt may take on a fast host, in ms. */
const promptMs = 10_000;

/** Time after which a call that has nothing to wait for is one that never returns, in ms. */
const returnMs = 2000;

type Settled<T> = T | Promise<T>;

/**
 * Expectations about the kernel. One that is not met raises with blame `kernel`, and the scenario FAILs; each one
 * that is met is an event of the timeline.
 */
export class Expectations {
  readonly #context: ExpectContext;

  constructor(context: ExpectContext) {
    this.#context = context;
  }

  /** The same expectations, held against another promise. */
  about(promise: PromiseName): Expectations {
    return new Expectations({ ...this.#context, promise });
  }

  /**
   * The remover sleeps (state D) with `symbol` on its kernel stack, and two looks in a row show no progress. Resolves
   * with the guest's time-stamp counter after the first of them.
   */
  async blockedIn(removal: Removal, symbol: string): Promise<bigint> {
    let since = 0n;
    let previous: ProcessSample | null = null;
    let seen = '';
    const look = async (): Promise<true | undefined> => {
      if (removal.result !== null) {
        const { errno, elapsedMs } = removal.result;
        throw this.#broken(
          `${removal.name} returned after ${elapsedMs} ms (${errno ?? 'success'}) instead of waiting in ${symbol}`,
        );
      }
      const sample = await removal.sample();
      seen = describeSample(sample);
      const blocked =
        sample?.state === 'D' &&
        [...(sample.stack ?? []), sample.wchan].some((frame) => isFunction(frame, symbol));
      const still = blocked && previous !== null && stoodStill(previous, sample);
      if (blocked && !still) since = sample.tsc;
      previous = blocked ? sample : null;
      if (!still) throw new Error(seen);
      return true;
    };
    await this.#within(`${removal.name} to wait in ${symbol}`, look);
    this.#met('blocked', { removal: removal.name, in: symbol, seen });
    return since;
  }

  /** The removal is over, successfully, within `promptMs` on a fast host. */
  async finished(removal: Removal): Promise<void> {
    const { errno, elapsedMs } = await this.#resultOf(removal);
    if (errno !== null) throw this.#broken(`${removal.name} failed with ${errno}`);
    this.#met('removal-finished', { removal: removal.name, elapsedMs });
  }

  /** The removal returns at once with exactly `errno`. */
  async removalRefused(removal: Removal, wanted: string): Promise<void> {
    const { errno } = await this.#resultOf(removal);
    if (errno !== wanted)
      throw this.#broken(`${removal.name} ended with ${errno ?? 'success'} instead of ${wanted}`);
    this.#met('removal-refused', { removal: removal.name, errno });
  }

  /**
   * A removal that the scenario left to itself comes to an end all the same; one that does not is the kernel's doing.
   * What nobody may overlook is returned: that it failed.
   */
  async endsUnasked(removal: Removal): Promise<string | null> {
    const { errno } = await this.#resultOf(removal);
    return errno === null ? null : `nobody asked how ${removal.name} ended: with ${errno}`;
  }

  /** Touching the memory raises `signal` with `code` at the very address that was touched. */
  async raises(
    access: Settled<Access>,
    signal: 'SIGBUS' | 'SIGSEGV',
    code = signal === 'SIGBUS' ? 'BUS_ADRERR' : 'SEGV_MAPERR',
  ): Promise<void> {
    const seen = await access;
    if (seen.fault === null)
      throw this.#broken(`a touch went through (value ${seen.value}) that had to raise ${signal}`);
    const { fault } = seen;
    if (fault.signal !== signal || fault.code !== code) {
      throw this.#broken(`a touch raised ${fault.signal} ${fault.code} instead of ${signal} ${code}`);
    }
    if (!fault.atAddress) throw this.#broken(`${signal} was raised for another address than the one touched`);
    this.#met('raised', { signal, code });
  }

  /** The touch goes through. */
  async touchable(access: Settled<Access>): Promise<void> {
    const { fault } = await access;
    if (fault !== null)
      throw this.#broken(`a touch raised ${fault.signal} ${fault.code} that had to go through`);
    this.#met('touched', {});
  }

  /** The system call is refused with exactly `errno`. */
  async refused(attempt: Settled<Attempt>, errno: string): Promise<void> {
    const { errno: seen, what } = await attempt;
    if (seen === null) throw this.#broken(`${what} succeeded and had to be refused with ${errno}`);
    if (seen !== errno) throw this.#broken(`${what} was refused with ${seen} instead of ${errno}`);
    this.#met('refused', { what, errno });
  }

  /** The system call succeeds. */
  async granted(attempt: Settled<Attempt>): Promise<void> {
    const { errno, what } = await attempt;
    if (errno !== null) throw this.#broken(`${what} failed with ${errno}`);
    this.#met('granted', { what });
  }

  /** The transfer completes with every byte. */
  async complete(transfer: Transfer): Promise<void> {
    const { errno, bytes } = await this.#named(transfer.completed(this.#context.patience(promptMs)));
    if (errno !== null) throw this.#broken(`${transfer.name} failed with ${errno}`);
    if (bytes !== transfer.length)
      throw this.#broken(`${transfer.name} moved ${bytes} of ${transfer.length} bytes`);
    this.#met('completed', { transfer: transfer.name, bytes });
  }

  /** The transfer completes, and the kernel refused it with exactly `errno`. */
  async completeWith(transfer: Transfer, errno: string): Promise<void> {
    const done = await this.#named(transfer.completed(this.#context.patience(promptMs)));
    if (done.errno !== errno) {
      throw this.#broken(
        `${transfer.name} ended with ${done.errno ?? `${done.bytes} bytes`} instead of ${errno}`,
      );
    }
    this.#met('completed', { transfer: transfer.name, errno });
  }

  /** Nothing has completed yet. */
  async inFlight(transfer: Transfer): Promise<void> {
    if (transfer.result !== null) {
      const { errno, bytes } = transfer.result;
      throw this.#broken(`${transfer.name} ended early: ${errno ?? `${bytes} bytes`}`);
    }
    this.#met('still-in-flight', { transfer: transfer.name });
  }

  /** Every word of the buffer is the canary its owner filled it with. */
  async intact(buffer: Buffer): Promise<void> {
    const { mismatches, words, detail } = await buffer.verify();
    if (mismatches > 0)
      throw new WitnessError(
        `${mismatches} of ${words} words of ${buffer.name} are not what was written there: ${detail}`,
        this.#context.promise,
        {
          canaries: [
            {
              bad: mismatches,
              of: words,
              detail: `${buffer.name}, ${detail}`,
              promise: this.#context.promise,
            },
          ],
        },
      );
    this.#met('intact', { buffer: buffer.name, words });
  }

  /** `look` comes to return `wanted`, in the end. */
  async eventually<T>(what: string, look: () => Promise<T>, wanted: T): Promise<void> {
    let seen: T | undefined;
    await this.#within(`${what} to be ${String(wanted)}`, async () => {
      seen = await look();
      if (seen !== wanted) throw new Error(`it is ${String(seen)}`);
      return true;
    });
    this.#met('value', { what, value: wanted });
  }

  /**
   * `call` comes to an end, within `returnMs` on a fast host, whatever the end is. That it does not is held against
   * the kernel when the probe is then seen to be kept there (suite/stuck.ts), and else against the test.
   */
  async returns(what: string, call: () => Promise<unknown>): Promise<void> {
    const under = call();
    under.catch(() => undefined); // after the deadline nobody waits for it
    const deadlineMs = this.#context.patience(returnMs);
    const { signal } = this.#context;
    await within({ name: `${what} to return`, deadlineMs, signal, blame: 'test' }, () => under);
    this.#met('returned', { what });
  }

  /** `seen` is `wanted`. */
  equal<T>(what: string, seen: T, wanted: T): void {
    if (seen !== wanted) throw this.#broken(`${what} is ${String(seen)} and had to be ${String(wanted)}`);
    this.#met('value', { what, value: seen });
  }

  async #within(what: string, look: () => Promise<true | undefined>): Promise<void> {
    const { signal } = this.#context;
    const wait = {
      name: what,
      deadlineMs: this.#context.patience(promptMs),
      signal,
      blame: 'kernel',
    } as const;
    await this.#named(until(wait, look));
  }

  /** A removal that does not return is the kernel's answer too: it comes with where it stands. */
  async #resultOf(removal: Removal): Promise<RemovalResult> {
    const since = performance.now();
    try {
      return await this.#named(removal.finished(this.#context.patience(promptMs)));
    } catch (error) {
      if (!(error instanceof LastrefError) || error.blame === 'kernel' || this.#context.signal.aborted)
        throw error;
      const sample = await removal.sample();
      const message = `${removal.name} does not return: ${error.message}; ${describeSample(sample)}`;
      if (sample === null) throw this.#broken(message);
      const { promise } = this.#context;
      const blocked = keptTask(removal.name, sample, performance.now() - since, promise);
      throw new WitnessError(message, promise, { blocked });
    }
  }

  /** What the kernel is blamed for breaks the promise of this expectation, unless it says which one it breaks. */
  async #named<T>(wait: Promise<T>): Promise<T> {
    const { signal, promise } = this.#context;
    try {
      return await wait;
    } catch (error) {
      const isTheKernels = error instanceof LastrefError && error.blame === 'kernel' && !signal.aborted;
      if (!isTheKernels || error.promise !== undefined) throw error;
      throw new LastrefError(error.message, { blame: 'kernel', promise, cause: error });
    }
  }

  #broken(message: string, promise: PromiseName | undefined = this.#context.promise): LastrefError {
    return new LastrefError(message, { blame: 'kernel', promise });
  }

  #met(event: string, fields: Readonly<Record<string, unknown>>): void {
    this.#context.record(event, fields);
  }
}

/** The function itself, or a part of it that the compiler split off (`memunmap_pages.part.0`). */
function isFunction(frame: string, symbol: string): boolean {
  return frame === symbol || frame.startsWith(`${symbol}.`);
}
