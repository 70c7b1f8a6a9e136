/** As KCIDB orders them, worst first. */
export const outcomes = ['FAIL', 'ERROR', 'MISS', 'PASS', 'DONE', 'SKIP'] as const;
export type Outcome = (typeof outcomes)[number];

/** The witness that decided: what saw the promise broken. */
export type Witness =
  | 'assertion'
  | 'console'
  | 'hang'
  | 'pool'
  | 'canary'
  | 'guest'
  | 'completeness'
  | 'harness'
  | 'declared';

/** One kernel report in the console. Offsets are bytes into the raw log. */
export interface Splat {
  /** e.g. KASAN-USE-AFTER-FREE-READ, WARNING, BUG, LOCKDEP, HANG, MEMORY_SAFETY_BUG, REFCOUNT, DMA-API, PANIC. */
  readonly class: string;
  readonly title: string;
  /** The function to blame, where the report tells. */
  readonly function: string | null;
  readonly file: string | null;
  /** Why the report cannot be trusted in full (cut, interleaved), or null. */
  readonly corrupted: string | null;
  readonly start: number;
  readonly end: number;
  /** Stable across builds, addresses, pids and offsets. */
  readonly fingerprint: string;
  readonly raw: string;
  /** Titles of later reports that this one caused (panic_on_warn, second oops, lockdep off). */
  readonly aftermath: readonly string[];
  /** The kernel cannot go on as before: oops, BUG, panic. */
  readonly fatal: boolean;
  /** Row and reason when this is known noise of this kernel; such a splat does not fail a scenario. */
  readonly noise: string | null;
  /** More facts where known: access, size, address, task, cpu, stacks, taint. */
  readonly facts: Readonly<Record<string, string>>;
}

/** Coverage that was lost: why "no splat" does not mean "no bug" here. */
export interface Loss {
  readonly kind: 'dropped' | 'marker-missing' | 'truncated' | 'reporter-off' | 'sequence-gap' | 'unscanned';
  readonly detail: string;
  readonly at: number | null;
  /** Why this loss alone does not spoil a PASS: it only follows from known noise. */
  readonly accepted?: string;
}

export interface ConsoleReport {
  readonly splats: readonly Splat[];
  readonly lost: readonly Loss[];
}

export interface Reason {
  readonly witness: Witness;
  readonly detail: string;
}

export interface Verdict {
  readonly outcome: Outcome;
  /** One sentence: the first reason, or why there is no verdict. */
  readonly headline: string;
  readonly reasons: readonly Reason[];
  /** Promises (names of `asks`) that the kernel broke. */
  readonly broken: readonly string[];
}
