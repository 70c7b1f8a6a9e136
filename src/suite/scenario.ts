import { isMainThread } from 'node:worker_threads';
import type { GuestUnderTest } from '../guest/under-test.js';
import type { Random } from '../kit/random.js';
import type { Outcome } from '../verdict/types.js';
import type { Capability } from './capabilities.js';
import type { KernelFact } from './kernel-facts.js';
import type { Expect } from './matchers.js';
import type { PromiseName } from './promises.js';

export interface ScenarioOptions {
  /** Name of a file in guests/shapes/. */
  readonly shape: string;
  /** The promises this scenario puts to the kernel. */
  readonly asks: readonly PromiseName[];
  /** Words to select by, e.g. `gup`, `unbind`. */
  readonly covers: readonly string[];
  /**
   * Words for `--tag`: `nightly` is left out of a quick run (longer than about 10 s), `race` hopes for an interleaving
   * and takes its chances from the seed.
   */
  readonly tags?: readonly string[];
  /** Why this question makes no sense: the answer is SKIP, and no guest is booted. */
  readonly skip?: string;
  /** For suites/meta: asked only of a kernel with this seeded bug; of any other the answer is SKIP, without a guest. */
  readonly mutant?: string;
  /** Without these the answer is SKIP. */
  readonly needs?: readonly Capability[];
  /** More words for the kernel command line. */
  readonly append?: readonly string[];
  /** It asks about booting itself: a guest that boots for real, no clone. */
  readonly cold?: boolean;
  /** Noise rows that this scenario provokes on purpose. */
  readonly expected?: readonly string[];
  /** For suites/meta: what the tool must say. The scenario passes when it does, and is an ERROR when it does not. */
  readonly declares?: {
    readonly outcome: Outcome;
    /** What the headline must match. */
    readonly says: RegExp;
    /** What one of the reasons must match as well: what was seen and decided nothing. */
    readonly because?: RegExp;
  };
  /** Bytes of console after which the guest is stopped; 64 MiB unless told. */
  readonly consoleLimit?: number;
  /** Deadline of the whole body on a fast host, in ms; 60 s unless told. */
  readonly deadlineMs?: number;
}

export interface ScenarioContext {
  readonly guest: GuestUnderTest;
  readonly expect: Expect;
  /** What is so on this kernel and otherwise on others. */
  readonly fact: (name: KernelFact) => string;
  /** Chance that `--seed` repeats: only a scenario tagged `race` may use it. */
  readonly random: Random;
  /** Adds to a counter of the result: how often a window was hit. */
  readonly count: (what: string, times: number) => void;
  /** The counters so far. */
  readonly counted: () => Readonly<Record<string, number>>;
  /** Aborts when the guest ends, the run is stopped or the body's deadline passes. */
  readonly signal: AbortSignal;
}

export type ScenarioBody = (context: ScenarioContext) => Promise<void>;

/** One question put to the kernel. */
export interface Scenario {
  /** The sentence that is true on a correct kernel. */
  readonly title: string;
  readonly options: ScenarioOptions;
  readonly body: ScenarioBody;
}

// AVA runs each file in a worker thread of its own, and refuses to be imported anywhere else. In the main
// thread (`lastref list`), and where one worker puts many questions (batch.ts), a scenario is only described.
const isDescribed = isMainThread || process.env['LASTREF_BATCH'] !== undefined;
const scheduler = isDescribed ? undefined : await import('./schedule.js');

/** Declares the scenario of this file: a thin macro over AVA's `test`. */
export function scenario(title: string, options: ScenarioOptions, body: ScenarioBody): Scenario {
  const declared: Scenario = { title, options, body };
  scheduler?.schedule(declared);
  return declared;
}

/** Scenarios that one file makes from a table: cell `pinned/rebind` of suites/matrix/unbind.ts is matrix/unbind/pinned/rebind. */
export type Cells = Readonly<Record<string, Scenario>>;

/** Declares the cells of this file. They run one after the other; what becomes of one is nothing to the others. */
export function cells(declared: Cells): { readonly cells: Cells } {
  scheduler?.scheduleCells(declared);
  return { cells: declared };
}

export const KiB = 1024;
export const MiB = 1024 * 1024;
