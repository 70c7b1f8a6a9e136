import type { RunResult } from '../artifacts/result.js';
import type { Known, Outcome } from '../verdict/types.js';

/** What a run tells whoever watches it. Plain values, so that they can cross a socket. */
export type ProgressEvent =
  | RunStart
  | BuildProgress
  | BuildEnd
  | ScenarioStart
  | ScenarioStep
  | ScenarioEnd
  | Notice
  | Tick
  | RunEnd;

/** `t` in every event: ms since the run started, monotonic. */
interface Timed {
  readonly t: number;
}

export interface RunStart extends Timed {
  readonly kind: 'run-start';
  readonly id: string;
  readonly directory: string;
  readonly kernel: { readonly name: string; readonly release: string };
  readonly mutant: string | null;
  readonly accelerator: string;
  /** Why that accelerator: one sentence. */
  readonly why: string;
  /** Guests at once, and the reason for so many in a few words. */
  readonly jobs: number;
  readonly whyJobs: string;
  readonly scenarios: number;
}

/** Something is being made before guests can boot. */
export interface BuildProgress extends Timed {
  readonly kind: 'build-progress';
  readonly what: 'kernel' | 'rootfs' | 'probe' | 'template';
  readonly name: string;
  /** e.g. `compiling`, `fetching linux-source-6.12`. */
  readonly doing: string;
  readonly done: number | null;
  readonly expected: number | null;
  readonly leftMs: number | null;
}

export interface BuildEnd extends Timed {
  readonly kind: 'build-end';
  readonly what: BuildProgress['what'];
  readonly name: string;
  /** Nothing had to be made. */
  readonly cached: boolean;
  readonly durationMs: number;
}

export interface ScenarioStart extends Timed {
  readonly kind: 'scenario-start';
  /** The guest slot, 0 … jobs-1: the line it has on a live terminal. */
  readonly slot: number;
  readonly id: string;
}

/** What the guest in this slot is doing now. */
export interface ScenarioStep extends Timed {
  readonly kind: 'scenario-step';
  readonly slot: number;
  readonly id: string;
  /** e.g. `booting`, `disk.hold()`. Shown live; a log shows it when `phase` changes. */
  readonly doing: string;
  readonly phase: 'boot' | 'ask' | 'judge' | 'retry';
}

export interface ScenarioEnd extends Timed {
  readonly kind: 'scenario-end';
  readonly slot: number;
  readonly id: string;
  readonly outcome: Outcome;
  readonly durationMs: number | null;
  readonly headline: string;
  /** The first splat's text, guest-derived, of any length. */
  readonly splat: string | null;
  /** The scenario's folder in the run directory. */
  readonly evidence: string;
  readonly reproduce: string;
  readonly attempts: number;
  readonly known?: Known;
}

export interface Notice extends Timed {
  readonly kind: 'notice';
  readonly level: 'info' | 'warning';
  readonly text: string;
}

/** Time went by; a live terminal shows how long each guest has been at it. */
export interface Tick extends Timed {
  readonly kind: 'tick';
}

export interface RunEnd extends Timed {
  readonly kind: 'run-end';
  readonly directory: string;
  readonly result: RunResult;
}
