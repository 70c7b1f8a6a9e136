/** Reports that share a shape: what follows a report of one family may belong to it. */
export type Family =
  | 'sanitizer'
  | 'slab'
  | 'lead'
  | 'page'
  | 'warn'
  | 'bug'
  | 'oops'
  | 'panic'
  | 'lockdep'
  | 'locking'
  | 'stall'
  | 'device'
  | 'resource'
  | 'leak'
  | 'program';

/** Where the function to blame is looked for. */
export type Source =
  /** The group `fn` of the line that starts the report. */
  | 'header'
  /** RIP, pc, NIP: where the CPU was. */
  | 'pointer'
  /** The next stack below a `Call Trace:`. */
  | 'trace'
  /** All frames that follow, under no head or any (a kernel that prints none). */
  | 'frames'
  /** All frames of a report in which no stack has a head. */
  | 'headless'
  /** The stack below `backtrace:` (kmemleak). */
  | 'backtrace'
  /** Who allocated the page (page_owner). */
  | 'owner'
  /** The last instruction pointer and stack before the exception that noticed (a stall's interrupt). */
  | 'interrupted'
  /** The first line that matches `at`, its group `fn`. */
  | 'line';

export interface Blame {
  readonly from: readonly Source[];
  /** For `line`: multi-line search in the report's text; groups `fn`, and `fn2` for the next best. */
  readonly at?: RegExp;
  /** What the line names is taken as it is: no skip lists. */
  readonly exact?: boolean;
  /** Frames count only behind the first line that matches. */
  readonly after?: RegExp;
  /** Frames that say how the bug was noticed rather than whose it is, on top of the shared lists. */
  readonly skip?: readonly RegExp[];
  /** `stall`: the function that entered the loop, `hang`: what the task waits in, `wait`: as `hang`, grouped. */
  readonly pick?: 'first' | 'stall' | 'hang';
  /** When that finds nobody. */
  readonly otherwise?: Blame;
}

export interface Rule {
  readonly id: string;
  readonly family: Family;
  /** A line without any of these cannot match. Five characters or more, or the scan gets slow. */
  readonly words: readonly string[];
  /** Tried at each token start of a line (sticky is added). Groups become `{name}` in titles. */
  readonly start: RegExp;
  /** The whole line looks like the report and is none. */
  readonly not?: RegExp;
  /** Must be in the report's text, else the next row that matches names it; with no other, it is no report. */
  readonly needs?: RegExp;
  readonly class: string;
  /** `{fn}` is the blamed function, other braces are named groups of `start` and `needs`. */
  readonly title: string;
  /** Title when a function is wanted and none is found; else `{fn}` reads `corrupted`. */
  readonly bare?: string;
  readonly blame?: Blame;
  /** Last line of the report. */
  readonly end?: RegExp;
  /** The kernel cannot go on as before. */
  readonly fatal?: boolean;
  /** Says `needs` a stack; without one the report is corrupted. */
  readonly stack?: boolean;
  /** Why a report that only this row can name is corrupted. */
  readonly corrupted?: string;
  /** Only a lead: a header of another family that follows in the same context names the report. */
  readonly lead?: 'named' | 'silent';
  /** While a report of these families is open in the same context, the line is part of it. */
  readonly joins?: readonly Family[];
  /** A report has one such line: the next one starts another. */
  readonly once?: boolean;
  /** What starts reports of these families is part of this one while it is open. */
  readonly absorbs?: readonly Family[];
  /** When the report before, in the same context, is of one of these families, this is its aftermath. */
  readonly follows?: readonly Family[];
  /** Only when the report before has this. */
  readonly behind?: RegExp;
  /** Too plain for lines of programs: only lines of the kernel count, where they can be told apart. */
  readonly kernelOnly?: boolean;
  /** Never the cause: aftermath of whatever came before, in any context. */
  readonly secondary?: boolean;
}

/** Tables list rows; order decides which row names a report that several match. */
export type RuleTable = readonly Rule[];

/** A maker of rows for a table whose rules share family and class. */
export function rowsOf(family: Rule['family'], splatClass: string) {
  return (id: string, words: string[], start: RegExp, title: string, more: Partial<Rule> = {}): Rule => ({
    id,
    family,
    words,
    start,
    class: splatClass,
    title,
    ...more,
  });
}
