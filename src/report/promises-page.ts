import type { MutationState } from '../artifacts/mutation.js';
import type { ScenarioResult } from '../artifacts/result.js';
import { oneLine } from '../kit/terminal-safe.js';
import { isVerdict } from '../verdict/types.js';
import { type CoverageReport, percent } from './coverage.js';
import { describeFate, scoreLine } from './mutation.js';

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

const cell = (text: string): string => oneLine(text, 400).replaceAll('|', '\\|');
const row = (...cells: string[]): string => `| ${cells.map(cell).join(' | ')} |`;
const head = (...cells: string[]): string[] => [row(...cells), `|${cells.map(() => '---').join('|')}|`];
const isOfMatrix = (id: string): boolean => id.startsWith('matrix/');

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

/** A table that is looked into, not read: a line until it is opened. */
const folded = (summary: string, ...lines: string[]): string[] => [
  '<details>',
  `<summary>${summary}</summary>`,
  '',
  ...lines,
  '',
  '</details>',
  '',
];

type Answer = KernelAnswers['answers'][number];

/** A known finding (DONE) is a promise that is broken, too. */
const isBroken = ({ outcome }: Answer): boolean => outcome === 'FAIL' || outcome === 'DONE';

/** The console of any scenario tells whether its guest survived (verdict/judge.ts), asked for or not. */
const isAsked = ({ asks }: Answer, promise: string): boolean =>
  promise === 'guest-survives' || asks.includes(promise);

/** Whether this answer is a breach of that promise; of all that it asks where it does not say which. */
const breaks = (answer: Answer, promise: string): boolean =>
  isBroken(answer) && (answer.broken ?? answer.asks).includes(promise);

/** The suite of a scenario; all tables of the matrix are one. */
const suiteOf = (id: string): string => id.split('/')[0] ?? id;

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

const verdictWords: Readonly<Record<string, string>> = {
  PASS: 'yes',
  DONE: '**no**, as is known',
  FAIL: '**no**',
  SKIP: '-',
};

/** How many passed of those that could be asked. */
function passedOf(answers: readonly Pick<Answer, 'outcome'>[]): string {
  const of = (wanted: Answer['outcome']): number =>
    answers.filter(({ outcome }) => outcome === wanted).length;
  return `${of('PASS')} of ${answers.length - of('SKIP')}`;
}

function scenarioSection(kernels: PageData['kernels']): string[] {
  const known = new Map<string, string>();
  for (const { answers } of kernels) for (const { id, title } of answers) known.set(id, title);
  const ids = [...known.keys()].filter((id) => !id.startsWith('meta/')).sort();
  const names = kernels.map(({ kernel }) => kernel.name);
  return [...new Set(ids.map(suiteOf))].flatMap((suite) => {
    const own = ids.filter((id) => suiteOf(id) === suite);
    const kept = kernels.map(
      ({ kernel, answers }) =>
        `${kernel.name}: ${passedOf(answers.filter(({ id }) => suiteOf(id) === suite))} passed`,
    );
    return folded(
      `${suite}: ${own.length} ${own.length === 1 ? 'scenario' : 'scenarios'}; ${kept.join(', ')}`,
      ...(isOfMatrix(own[0] ?? '')
        ? [...head('removal', 'what is in a cell', ...names), ...cellRows(own, kernels)]
        : [...head('scenario', 'is it true that …', ...names), ...scenarioRows(own, known, kernels)]),
    );
  });
}

function scenarioRows(
  ids: readonly string[],
  titles: ReadonlyMap<string, string>,
  kernels: PageData['kernels'],
): string[] {
  return ids.map((id) => {
    const said = kernels.map(({ answers }) => {
      const outcome = answers.find((one) => one.id === id)?.outcome;
      return outcome === undefined ? '' : (verdictWords[outcome] ?? outcome);
    });
    return row(`\`${id}\``, titles.get(id) ?? '', ...said);
  });
}

function cellRows(ids: readonly string[], kernels: PageData['kernels']): string[] {
  const tables = [...new Set(ids.map((id) => id.split('/').slice(0, 2).join('/')))];
  return tables.map((table) => {
    const said = kernels.map(({ answers }) => {
      const own = answers.filter(({ id }) => id.startsWith(`${table}/`));
      return own.length === 0 ? '' : passedOf(own);
    });
    return row(`\`${table}/…\``, 'state of the memory × what is done afterwards', ...said);
  });
}

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

function raceSection({ kernels }: PageData): string[] {
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

function stretchSection(all: readonly Stretches[]): string[] {
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
