import { oneLine } from '../kit/terminal-safe.js';
import { isVerdict } from '../verdict/types.js';
import { percent } from './coverage.js';
import { folded, head, row } from './markdown.js';
import { describeFate, scoreLine } from './mutation.js';
import { type Answer, type CoverageData, type PageData, suiteOf } from './page-data.js';
import { raceSection, stretchSection } from './page-races.js';
import { scenarioSection } from './page-scenarios.js';

/**
 * docs/promises.md: what is tested, by which scenarios, where it holds, and how sharp the tests are. What is read comes
 * first; tables in which one looks something up are folded.
 */
export function promisesPage(data: PageData): string {
  const { kernels, stretches, mutations, coverage } = data;
  return [
    '# What is promised, asked and kept',
    '',
    '<!-- Made by `make docs` from docs/data: edit the data, not this page. -->',
    '',
    'Each scenario puts promises to a kernel. A promise *holds* on a kernel when every scenario that asks for it passed',
    'there; the tests are as sharp as the seeded bugs that they saw, and reach as far as the coverage says.',
    '',
    '## Promises',
    '',
    ...promiseTable(data),
    '',
    ...broken(data),
    '## Seeded bugs',
    '',
    ...(mutations.length === 0 ? ['None was asked yet.', ''] : mutations.flatMap(mutationSection)),
    ...(coverage === null ? [] : coverageSection(coverage)),
    ...(stretches.length === 0 ? [] : stretchSection(stretches)),
    ...raceSection(data),
    '## Scenarios',
    '',
    ...scenarioSection(kernels),
  ].join('\n');
}

/** A known finding (DONE) is a promise that is broken, too. */
const isBroken = ({ outcome }: Answer): boolean => outcome === 'FAIL' || outcome === 'DONE';

/** The console of any scenario tells whether its guest survived (verdict/judge.ts), asked for or not. */
const isAsked = ({ asks }: Answer, promise: string): boolean =>
  promise === 'guest-survives' || asks.includes(promise);

/** Whether this answer is a breach of that promise; of all that it asks where it does not say which. */
const breaks = (answer: Answer, promise: string): boolean =>
  isBroken(answer) && (answer.broken ?? answer.asks).includes(promise);

/** `suite N, …`: how many scenarios of each suite ask. */
function askedBy(ids: readonly string[]): string {
  const suites = new Map<string, number>();
  for (const id of new Set(ids)) suites.set(suiteOf(id), (suites.get(suiteOf(id)) ?? 0) + 1);
  return [...suites]
    .sort()
    .map(([suite, count]) => `${suite} ${count}`)
    .join(', ');
}

function promiseTable({ promises, kernels }: PageData): string[] {
  const names = kernels.map(({ kernel }) => `${kernel.name} ${kernel.release}`);
  const rows = Object.entries(promises).map(([name, says]) => {
    const asked = kernels.map(({ answers }) =>
      answers.filter((answer) => answer.outcome !== 'SKIP' && isAsked(answer, name)),
    );
    const holds = asked.map((counted) => {
      const failed = counted.filter((answer) => breaks(answer, name));
      const open = counted.filter(({ outcome }) => !isVerdict(outcome));
      if (counted.length === 0) return 'not asked';
      if (failed.length > 0) {
        const isKnown = failed.every(({ outcome }) => outcome === 'DONE');
        return `**broken**${isKnown ? ', as is known,' : ''} in ${failed.length} of ${counted.length}`;
      }
      return open.length > 0
        ? `holds in ${counted.length - open.length} of ${counted.length}, rest undecided`
        : `holds (${counted.length})`;
    });
    return row(`\`${name}\``, says, askedBy(asked.flat().map(({ id }) => id)), ...holds);
  });
  return [...head('promise', 'says', 'scenarios that ask', ...names), ...rows];
}

function broken({ kernels }: PageData): string[] {
  const found = kernels.flatMap(({ kernel, answers }) =>
    answers.filter(isBroken).map((answer) => ({ ...answer, kernel: kernel.name })),
  );
  const ids = [...new Set(found.map(({ id }) => id))].sort();
  const lines = ids.map((id) => {
    const where = found
      .filter((one) => one.id === id)
      .map(({ kernel, outcome }) => `${kernel}${outcome === 'DONE' ? ' ([known](findings.md))' : ''}`);
    const title = found.find((one) => one.id === id)?.title ?? '';
    return `- \`${id}\` — it is not true that ${oneLine(title, 300)}: ${where.join(', ')}`;
  });
  return lines.length === 0 ? [] : ['## Broken today', '', ...lines, ''];
}

function mutationSection(state: PageData['mutations'][number]): string[] {
  const rows = [...state.mutants]
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .map((record) => row(`\`${record.name}\``, record.describe, record.fate, describeFate(record)));
  return [
    `${scoreLine(state)}.`,
    '',
    ...folded(
      `${rows.length} seeded bugs of ${state.kernel.name}, one by one: who saw it, as what, after how long`,
      ...head('mutant', 'the bug', 'fate', 'seen'),
      ...rows,
    ),
  ];
}

function coverageSection({ kernel, files }: CoverageData): string[] {
  const rows = files.map(({ file, lines, branches, unreached }) =>
    row(
      `\`${file}\``,
      percent(lines),
      percent(branches),
      String(unreached.filter(({ why }) => why === null).length),
    ),
  );
  const reasons = new Map<string, number>();
  for (const { file, unreached } of files)
    for (const { fn, why } of unreached)
      if (why !== null) {
        const key = `\`${file}\`: \`${fn}\` — ${why}`;
        reasons.set(key, (reasons.get(key) ?? 0) + 1);
      }
  return [
    `## Coverage: ${kernel.name} ${kernel.release}`,
    '',
    ...head('file', 'lines', 'branches', 'lines neither reached nor explained'),
    ...rows,
    '',
    ...folded(
      `What is not reached, and why: ${reasons.size}`,
      ...[...reasons].map(([reason, count]) => `- ${reason} (${count} lines)`),
    ),
  ];
}
