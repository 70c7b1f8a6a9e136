import { folded, head, row } from './markdown.js';
import { type Answer, type PageData, passedOf, type Stretches } from './page-data.js';

const isRace = ({ id }: Pick<Answer, 'id'>): boolean => id.startsWith('race/');

/** `who.what`, how often; all windows are while the removal is under way. */
function windowsOf(answers: readonly Pick<Answer, 'counters'>[]): string {
  const sums = new Map<string, number>();
  for (const { counters = {} } of answers)
    for (const [window, times] of Object.entries(counters)) {
      const name = window.replace(/\.during$/, '');
      sums.set(name, (sums.get(name) ?? 0) + times);
    }
  return [...sums]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, times]) => `${name} ${times.toLocaleString('en')}`)
    .join(', ');
}

/** How often each window of each race was hit. */
export function raceSection({ kernels }: PageData): string[] {
  const counted = kernels.map(({ kernel, answers }) => ({
    kernel,
    answers: answers.filter((answer) => isRace(answer) && answer.counters !== undefined),
  }));
  const ids = [...new Set(counted.flatMap(({ answers }) => answers.map(({ id }) => id)))].sort();
  if (ids.length === 0) return [];
  const rows = ids.map((id) =>
    row(`\`${id}\``, ...counted.map(({ answers }) => windowsOf(answers.filter((one) => one.id === id)))),
  );
  return [
    '## Races',
    '',
    'A run in which a window was never hit comes to no verdict (a narrow one, `churn.faulted`, must be hit in the long run',
    'only).',
    '',
    ...folded(
      `${ids.length} races: how often what happened to whom while unbind was under way, when each last came to a verdict`,
      ...head('race', ...counted.map(({ kernel }) => kernel.name)),
      ...rows,
    ),
  ];
}

/** What kernels with a widened window kept. */
export function stretchSection(all: readonly Stretches[]): string[] {
  const rows = all.flatMap(({ kernel, stretches }) =>
    stretches.map(({ name, describe, answers }) => {
      const known = answers.filter(({ outcome }) => outcome === 'DONE').length;
      const kept = `${passedOf(answers)}${known === 0 ? '' : ` (${known} as is known)`}`;
      return row(kernel.name, `\`${name}\``, describe, kept, windowsOf(answers.filter(isRace)));
    }),
  );
  return [
    '## Stretches',
    '',
    'Kernels in which one window was widened and nothing else changed must keep every promise.',
    '',
    ...head('kernel', 'stretch', 'what it widens', 'scenarios kept', 'windows of the races hit'),
    ...rows,
    '',
  ];
}
