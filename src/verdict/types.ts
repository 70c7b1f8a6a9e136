/** As KCIDB orders them, worst first. */
export const outcomes = ['FAIL', 'ERROR', 'MISS', 'PASS', 'DONE', 'SKIP'] as const;
export type Outcome = (typeof outcomes)[number];

/** ERROR and MISS say nothing of the kernel. */
export const isVerdict = (outcome: Outcome): boolean => outcome !== 'ERROR' && outcome !== 'MISS';

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

/** One line of a kernel stack. */
export interface SplatFrame {
  /** Without compiler suffixes (`.isra.0`, `.cold`). */
  readonly function: string;
  /** As printed: what the symbol table knows. */
  readonly symbol: string;
  /** Bytes into the function, and its size; null where the log does not tell (inlined functions of a decoded log). */
  readonly offset: number | null;
  readonly size: number | null;
  readonly module: string | null;
  /** A `?` frame: found on the stack, perhaps left over from an earlier call. */
  readonly unreliable: boolean;
  /** Where the log is decoded. */
  readonly file: string | null;
  readonly line: number | null;
  readonly inline: boolean;
}

export interface SplatStack {
  /** `pointer` is where the CPU was (RIP, pc), `origin` where uninitialised memory came from, `access` a side of a race. */
  readonly kind:
    | 'pointer'
    | 'trace'
    | 'allocated'
    | 'freed'
    | 'origin'
    | 'backtrace'
    | 'access'
    | 'page-allocated'
    | 'page-freed'
    | 'other';
  /** The line above it: `Freed by task 305:`. */
  readonly head: string;
  readonly frames: readonly SplatFrame[];
}

/** What a report tells beside its title. */
export interface SplatDetails {
  readonly access: {
    readonly kind: 'read' | 'write' | 'free' | 'execute' | null;
    readonly size: number | null;
    /** As printed, hexadecimal. */
    readonly address: string | null;
  } | null;
  readonly task: { readonly name: string; readonly pid: number } | null;
  readonly cpu: number | null;
  /** As printed (`G    B   W`), '' for a kernel that is not tainted, null where the report does not tell. */
  readonly taint: string | null;
  /** Release of the kernel that reported. */
  readonly kernel: string | null;
  readonly stacks: readonly SplatStack[];
  /** Locks held, as lockdep lists them. */
  readonly locks: readonly string[];
  /** Seconds since boot of its first and last line. */
  readonly time: { readonly first: number | null; readonly last: number | null };
}

/** One kernel report in the console. Offsets are bytes into the raw log. */
export interface Splat extends SplatDetails {
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
  /** `raw` with source lines, once something with debug info has decoded it. */
  readonly decoded: string | null;
  /** Titles of later reports that this one caused (panic_on_warn, second oops, lockdep off). */
  readonly aftermath: readonly string[];
  /** The kernel cannot go on as before: oops, BUG, panic. */
  readonly fatal: boolean;
  /** Who wrote it. A console does not tell a program's write to /dev/kmsg from the kernel's own lines; a log with
   * `<N>` prefixes or the records of /dev/kmsg do (the facility is 0 for the kernel alone). `unrecorded`: it is in none of
   * them, so that a program may have written it to the console itself. */
  readonly origin: 'kernel' | 'userspace' | 'unknown' | 'unrecorded';
  /** Row and reason when this is known noise of this kernel; such a splat does not fail a scenario. */
  readonly noise: string | null;
  /** What decoding says beside the text; absent when nobody tried. */
  readonly source?: SourceNote;
  /** The same as words, for people and filters: access, size, address, task, cpu, stack, taint. */
  readonly facts: Readonly<Record<string, string>>;
}

/** What the kernel's debug info and source say about a report. */
export interface SourceNote {
  /** Where the blamed function stands: `mm/memremap.c:145`. */
  readonly at: string | null;
  /** Whom the source tree names for that file. */
  readonly maintainers: readonly string[];
  /** What was not decoded, and why. */
  readonly note: string | null;
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

/** What the baseline has to say about a verdict: a finding that is known on this kernel. */
export interface Known {
  readonly finding: string;
  readonly reason: string;
  /** What would make the scenario pass. */
  readonly lift: string;
  /** `known-failure`: it failed as it is known to. `unexpected-pass`: it is known to fail, and did not. */
  readonly state: 'known-failure' | 'unexpected-pass';
}
