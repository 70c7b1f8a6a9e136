import { Buffer } from '../guest/buffer.js';
import type { Access, Attempt } from '../guest/owner.js';
import { Removal } from '../guest/remover.js';
import { Transfer } from '../guest/transfer.js';
import { LastrefError } from '../kit/errors.js';
import type { Expectations } from './expect.js';
import type { PromiseName } from './promises.js';

interface RemovalMatchers {
  /** It sleeps (state D) with `symbol` on its kernel stack and makes no progress. */
  /** Resolves with the guest's time-stamp counter from which on it was. */
  toBeBlockedIn(symbol: string): Promise<bigint>;
  toFinish(): Promise<void>;
  toFailWith(errno: string): Promise<void>;
}

interface TransferMatchers {
  toBeInFlight(): Promise<void>;
  toComplete(): Promise<void>;
  toFailWith(errno: string): Promise<void>;
}

interface BufferMatchers {
  /** Every word is the canary its owner filled it with. */
  toBeIntact(): Promise<void>;
}

interface AccessMatchers {
  /** A fault at the very address touched; `code` is BUS_ADRERR for SIGBUS and SEGV_MAPERR for SIGSEGV unless told. */
  toRaise(signal: 'SIGBUS' | 'SIGSEGV', code?: string): Promise<void>;
  toGoThrough(): Promise<void>;
}

interface AttemptMatchers {
  toFailWith(errno: string): Promise<void>;
  toSucceed(): Promise<void>;
}

interface ValueMatchers<T> {
  toBe(wanted: T): void;
}

interface LookMatchers<T> {
  /** Looks again until it is `wanted`. */
  toBecome(wanted: T): Promise<void>;
  /** Looks once, and that comes to an end at all. */
  toReturn(): Promise<void>;
}

/**
 * What scenarios call. `about` is the promise that is broken when the expectation is not met, by default the
 * first one the scenario asks.
 */
export interface Expect {
  (removal: Removal, about?: PromiseName): RemovalMatchers;
  (transfer: Transfer, about?: PromiseName): TransferMatchers;
  (buffer: Buffer, about?: PromiseName): BufferMatchers;
  (access: Promise<Access>, about?: PromiseName): AccessMatchers;
  (attempt: Promise<Attempt>, about?: PromiseName): AttemptMatchers;
  <T>(what: string, look: () => Promise<T>, about?: PromiseName): LookMatchers<T>;
  <T extends string | number | boolean | null>(what: string, seen: T, about?: PromiseName): ValueMatchers<T>;
}

/** What became of a scenario's expectations: one that nobody awaited has shown nothing. */
export class Ledger {
  readonly #open = new Set<string>();
  #begun = 0;
  #met = 0;

  /** Expectations that were begun and have not been settled, by their subject. */
  get open(): readonly string[] {
    return [...this.#open];
  }

  /** Expectations that were met. */
  get met(): number {
    return this.#met;
  }

  /** Wraps matchers so that calling one, and waiting for it, closes what `expect()` opened. */
  track<M extends object>(subject: unknown, matchers: M): M {
    this.#begun += 1;
    const name = `${this.#begun}. expectation, about ${describe(subject)}`;
    this.#open.add(name);
    const close = (): void => {
      this.#open.delete(name);
      this.#met += 1;
    };
    const tracked = Object.entries(matchers).map(([matcher, run]) => [
      matcher,
      (...words: unknown[]): unknown => {
        const outcome: unknown = (run as (...words: unknown[]) => unknown)(...words);
        if (outcome instanceof Promise) {
          return outcome.then((value: unknown) => {
            close();
            return value;
          });
        }
        close();
        return outcome;
      },
    ]);
    return Object.fromEntries(tracked) as M;
  }
}

function describe(subject: unknown): string {
  if (typeof subject === 'string') return subject;
  if (subject instanceof Removal || subject instanceof Transfer || subject instanceof Buffer)
    return subject.name;
  return 'an access or a system call';
}

/** The `expect` of one scenario. */
export function matchers(expectations: Expectations, ledger: Ledger = new Ledger()): Expect {
  const expect = (subject: unknown, second?: unknown, third?: unknown): unknown =>
    ledger.track(subject, matchersOf(expectations, subject, second, third));
  return expect as Expect;
}

function matchersOf(expectations: Expectations, subject: unknown, second: unknown, third: unknown): object {
  const told = (typeof subject === 'string' ? third : second) as PromiseName | undefined;
  const engine = told === undefined ? expectations : expectations.about(told);
  if (subject instanceof Removal) {
    return {
      toBeBlockedIn: (symbol: string) => engine.blockedIn(subject, symbol),
      toFinish: () => engine.finished(subject),
      toFailWith: (errno: string) => engine.removalRefused(subject, errno),
    } satisfies RemovalMatchers;
  }
  if (subject instanceof Transfer) {
    return {
      toBeInFlight: () => engine.inFlight(subject),
      toComplete: () => engine.complete(subject),
      toFailWith: (errno: string) => engine.completeWith(subject, errno),
    } satisfies TransferMatchers;
  }
  if (subject instanceof Buffer) return { toBeIntact: () => engine.intact(subject) } satisfies BufferMatchers;
  if (subject instanceof Promise) {
    return {
      toRaise: (signal: 'SIGBUS' | 'SIGSEGV', code?: string) =>
        engine.raises(subject as Promise<Access>, signal, code),
      toGoThrough: () => engine.touchable(subject as Promise<Access>),
      toFailWith: (errno: string) => engine.refused(subject as Promise<Attempt>, errno),
      toSucceed: () => engine.granted(subject as Promise<Attempt>),
    } satisfies AccessMatchers & AttemptMatchers;
  }
  if (typeof subject === 'string' && typeof second === 'function') {
    return {
      toBecome: (wanted: unknown) => engine.eventually(subject, second as () => Promise<unknown>, wanted),
      toReturn: () => engine.returns(subject, second as () => Promise<unknown>),
    };
  }
  if (typeof subject === 'string')
    return { toBe: (wanted: unknown) => engine.equal(subject, second, wanted) };
  throw new LastrefError('expect() was given something it has no matchers for', { blame: 'test' });
}
