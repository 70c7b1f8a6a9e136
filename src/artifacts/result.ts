import type { ConsoleReport, Known, Outcome, Verdict } from '../verdict/types.js';

/** How the guest of a scenario started. */
export interface GuestStart {
  readonly kind: 'clone' | 'cold';
  /** Key of the template that a clone is a copy of. */
  readonly template?: string;
  /** Why it booted where a clone was wanted. */
  readonly why?: string;
}

/** runs/<id>/scenarios/<area>/<name>/result.json */
export interface ScenarioResult {
  /** `<area>/<name>`, from the file's place in suites/. */
  readonly id: string;
  /** The sentence that is true on a correct kernel. */
  readonly title: string;
  readonly asks: readonly string[];
  readonly kernel: string;
  readonly shape: string;
  readonly outcome: Outcome;
  readonly verdict: Verdict;
  /** What the baseline says about it, where it says anything. */
  readonly known?: Known;
  readonly splats: ConsoleReport['splats'];
  readonly lost: ConsoleReport['lost'];
  /** ISO 8601, UTC. */
  readonly startedAt: string | null;
  readonly durationMs: number | null;
  readonly bootMs: number | null;
  /** Absent where no guest came up. */
  readonly start?: GuestStart;
  readonly accelerator: string | null;
  /** How often something was seen to happen, e.g. a race's window hit. */
  readonly counters?: Readonly<Record<string, number>>;
  /** Attempts made; only MISS is retried. */
  readonly attempts: number;
  /** What was kept: paths relative to the scenario's folder. */
  readonly evidence: readonly string[];
  readonly reproduce: string;
}

/** runs/<id>/result.json */
export interface RunResult {
  readonly id: string;
  readonly version: string;
  readonly outcome: Outcome;
  readonly exitCode: number;
  readonly headline: string;
  readonly startedAt: string;
  readonly durationMs: number | null;
  readonly kernel: {
    readonly name: string;
    readonly release: string;
    readonly provenance: Readonly<Record<string, string>>;
  } | null;
  readonly host: Readonly<Record<string, string>>;
  readonly counts: Readonly<Record<Outcome, number>>;
  /** Why guests booted cold although clones were wanted, and how many did; absent when none did. */
  readonly coldStarts?: readonly { readonly why: string; readonly guests: number }[];
  readonly scenarios: readonly Pick<ScenarioResult, 'id' | 'title' | 'outcome' | 'durationMs' | 'known'>[];
}

/** runs/<id>/plan.json: everything that was decided before the first guest. */
export interface RunPlan {
  readonly id: string;
  readonly directory: string;
  readonly kernel: import('../config/kernel.js').KernelImage;
  readonly rootfs: import('../config/kernel.js').RootfsImage;
  readonly mutant: string | null;
  readonly accelerator: 'kvm' | 'tcg';
  readonly jobs: number;
  /** Every guest boots for real: no clones. */
  readonly cold: boolean;
  readonly scenarios: readonly {
    readonly id: string;
    readonly title: string;
    readonly asks: readonly string[];
    readonly shape: string;
    readonly tags?: readonly string[];
  }[];
  /** What chance is made from; 1 unless told. */
  readonly seed?: number;
  readonly startedAt: string;
  /** Write the memory of guests in which something went wrong. */
  readonly dump?: boolean;
  /** Unix socket of the CLI that follows this run, or null under plain `npx ava`. */
  readonly control: string | null;
  readonly host: Readonly<Record<string, string>>;
}

/** One line of events.jsonl. `t` is ms since the scenario (or run) started, monotonic. */
export interface Event {
  readonly t: number;
  readonly source: 'run' | 'scenario' | 'console' | 'kmsg' | 'probe' | 'qmp' | 'ssh';
  readonly event: string;
  readonly scenario?: string;
  readonly [more: string]: unknown;
}
