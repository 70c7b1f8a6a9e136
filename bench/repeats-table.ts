import type { Outcome } from '../src/verdict/types.js';
import { summarise } from './stats.js';

interface Answer {
  readonly id: string;
  readonly outcome: Outcome;
  readonly headline: string;
  readonly attempts: number;
}

/** One quick run of a kernel without a bug. */
export interface Repeat {
  readonly kernel: { readonly name: string; readonly key: string; readonly release: string };
  /** Id of the run. */
  readonly run: string;
  readonly seed: number;
  readonly seconds: number;
  readonly counts: Readonly<Record<Outcome, number>>;
  /** FAIL, ERROR and MISS. */
  readonly alarms: readonly Answer[];
  /** What was asked a second time, whatever came of it. */
  readonly again: readonly Answer[];
}

export const falseAlarms = (repeats: readonly Repeat[]): number =>
  repeats.reduce((sum, { alarms }) => sum + alarms.length, 0);

/** A line for each kernel (by its key: another build is another kernel), then every false alarm. */
export function repeatsTable(repeats: readonly Repeat[]): string {
  const keys = [...new Set(repeats.map(({ kernel }) => kernel.key))];
  const lines = keys.map((key) => {
    const own = repeats.filter(({ kernel }) => kernel.key === key);
    const { name, release } = own[0]?.kernel ?? { name: '?', release: '?' };
    const seconds = summarise(own.map((repeat) => repeat.seconds))?.median ?? 0;
    const answers = own.reduce((sum, { counts }) => sum + counts.PASS + counts.DONE, 0);
    const again = own.reduce((sum, repeat) => sum + repeat.again.length, 0);
    return `${name} ${release} (${key.slice(0, 8)}): ${own.length} repeats, ${answers} answers as they should be, ${falseAlarms(own)} false alarms, ${again} asked twice, median ${Math.round(seconds)} s`;
  });
  const alarms = repeats.flatMap(({ run, seed, alarms: wrong }) =>
    wrong.map(({ id, outcome, headline }) => `  ${outcome} ${id} (run ${run}, seed ${seed}): ${headline}`),
  );
  return `${[...lines, ...alarms].join('\n')}\n`;
}
