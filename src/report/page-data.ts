import type { MutationState } from '../artifacts/mutation.js';
import type { ScenarioResult } from '../artifacts/result.js';
import type { CoverageReport } from './coverage.js';

/** docs/data/kernel-NAME.json: what each scenario said on one kernel when it was last asked. */
export interface KernelAnswers {
  readonly kernel: { readonly name: string; readonly release: string };
  readonly answers: readonly (Pick<ScenarioResult, 'id' | 'title' | 'asks' | 'outcome'> & {
    /** Promises that it saw broken, as far as it asks for them. */
    readonly broken?: readonly string[];
    /** How often each window of a race was hit. */
    readonly counters?: Readonly<Record<string, number>>;
  })[];
}

/** docs/data/stretches-NAME.json: what one kernel said when a window of it was widened. */
export interface Stretches {
  readonly kernel: { readonly name: string; readonly release: string };
  readonly stretches: readonly {
    readonly name: string;
    readonly describe: string;
    readonly answers: readonly Pick<Answer, 'id' | 'outcome' | 'counters'>[];
  }[];
}

/** docs/data/coverage.json. */
export interface CoverageData {
  readonly kernel: { readonly name: string; readonly release: string };
  readonly files: readonly CoverageReport[];
}

export interface PageData {
  readonly promises: Readonly<Record<string, string>>;
  readonly kernels: readonly KernelAnswers[];
  readonly stretches: readonly Stretches[];
  readonly mutations: readonly Pick<MutationState, 'kernel' | 'mutants'>[];
  readonly coverage: CoverageData | null;
}

export type Answer = KernelAnswers['answers'][number];

/** The suite of a scenario; all tables of the matrix are one. */
export const suiteOf = (id: string): string => id.split('/')[0] ?? id;

/** How many passed of those that could be asked. */
export function passedOf(answers: readonly Pick<Answer, 'outcome'>[]): string {
  const of = (wanted: Answer['outcome']): number =>
    answers.filter(({ outcome }) => outcome === wanted).length;
  return `${of('PASS')} of ${answers.length - of('SKIP')}`;
}
