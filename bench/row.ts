import type { Machine } from './machine.js';

export type Unit = 's' | 'MiB' | 'x';

/** One number of a row, and what it has to be. */
export interface Metric {
  readonly key: string;
  readonly title: string;
  readonly unit: Unit;
  readonly atMost?: number;
  readonly atLeast?: number;
}

/** What one round measured, by metric key. A metric that could not be measured in this round is left out. */
export type Round = Readonly<Record<string, number>>;

/** One thing that is measured, round after round, in turn with the others. */
export interface Row {
  readonly id: string;
  readonly title: string;
  readonly metrics: readonly Metric[];
  /** Why it cannot be measured here; nothing when it can. */
  readonly lacks?: (machine: Machine) => Promise<string | undefined>;
  /** Once before the first round: what is made only once is no part of the measurement. */
  readonly prepare?: (machine: Machine) => Promise<void>;
  readonly measure: (machine: Machine, round: number) => Promise<Round>;
  readonly tearDown?: () => Promise<void>;
}

/** The quotient of two metrics' medians, as a target names it: `a.first-ssh` over `b.first-ssh`. */
export interface Ratio {
  readonly title: string;
  readonly over: string;
  readonly under: string;
  /** Without it the quotient is only shown. */
  readonly atLeast?: number;
}
