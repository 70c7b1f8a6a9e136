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

/** docs/promises.md: what is tested, by which scenarios, where it holds, and how sharp the tests are. */
export function promisesPage(data: PageData): string {
  return [
    '# What is promised, asked and kept',
    '',
    '<!-- Made by `make docs` from docs/data: edit the data, not this page. -->',
    '',
    'Each scenario puts promises to a kernel. A promise *holds* on a kernel when every scenario that asks for it passed',
    'there; the tests are as sharp as the table of seeded bugs says, and reach as far as the coverage table says.',
    '',
    '## Promises',
    '',
    ...promiseTable(data),
    '',
    ...broken(data),
    '## Scenarios',
    '',
    ...scenarioTable(data),
    '',
    ...raceSection(data),
    ...data.stretches.flatMap(stretchSection),
    ...data.mutations.flatMap(mutationSection),
    ...(data.coverage === null ? [] : coverageSection(data.coverage)),
  ].join('\n');
}

type Answer = KernelAnswers['answers'][number];

/** A known finding (DONE) is a promise that is broken, too. */
const isBroken = ({ outcome }: Answer): boolean => outcome === 'FAIL' || outcome === 'DONE';

/** Whether this answer is a breach of that promise; of all that it asks where it does not say which. */
const breaks = (answer: Answer, promise: string): boolean =>
  isBroken(answer) && (answer.broken ?? answer.asks).includes(promise);

function promiseTable({ promises, kernels }: PageData): string[] {
  const names = kernels.map(({ kernel }) => `${kernel.name} ${kernel.release}`);
  const rows = Object.entries(promises).map(([name, says]) => {
    const holds = kernels.map(({ answers }) => {
      const asked = answers.filter(({ asks }) => asks.includes(name));
      const counted = asked.filter(({ outcome }) => outcome !== 'SKIP');
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
    return row(`\`${name}\``, says, ...holds);
  });
  return [...head('promise', 'says', ...names), ...rows];
}

function broken({ kernels }: PageData): string[] {
  const lines = kernels.flatMap(({ kernel, answers }) =>
    answers
      .filter(isBroken)
      .map(
        ({ id, title, outcome }) =>
          `- ${kernel.name}: \`${id}\` — it is not true that ${oneLine(title, 300)}${outcome === 'DONE' ? ' ([known](findings.md))' : ''}`,
      ),
  );
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

function scenarioTable({ kernels }: PageData): string[] {
  const known = new Map<string, string>();
  for (const { answers } of kernels) for (const { id, title } of answers) known.set(id, title);
  const ids = [...known.keys()].filter((id) => !id.startsWith('meta/')).sort();
  const rows = ids
    .filter((id) => !isOfMatrix(id))
    .map((id) => {
      const said = kernels.map(({ answers }) => {
        const outcome = answers.find((one) => one.id === id)?.outcome;
        return outcome === undefined ? '' : (verdictWords[outcome] ?? outcome);
      });
      return row(`\`${id}\``, known.get(id) ?? '', ...said);
    });
  const tables = [...new Set(ids.filter(isOfMatrix).map((id) => id.split('/').slice(0, 2).join('/')))];
  const cells = tables.map((table) => {
    const said = kernels.map(({ answers }) => {
      const own = answers.filter(({ id }) => id.startsWith(`${table}/`));
      return own.length === 0 ? '' : passedOf(own);
    });
    return row(`\`${table}/…\``, 'a table of cells: removal × state of the memory × afterwards', ...said);
  });
  return [
    ...head('scenario', 'is it true that …', ...kernels.map(({ kernel }) => kernel.name)),
    ...rows,
    ...cells,
  ];
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
    'How often what happened to whom while unbind was under way, when the race last came to a verdict: a run in which a window was',
    'never hit comes to none (a narrow one, `churn.faulted`, must be hit in the long run only).',
    '',
    ...head('race', ...counted.map(({ kernel }) => kernel.name)),
    ...rows,
    '',
  ];
}

function stretchSection({ kernel, stretches }: Stretches): string[] {
  const rows = stretches.map(({ name, describe, answers }) => {
    const known = answers.filter(({ outcome }) => outcome === 'DONE').length;
    const kept = `${passedOf(answers)}${known === 0 ? '' : ` (${known} as is known)`}`;
    return row(`\`${name}\``, describe, kept, windowsOf(answers.filter(isRace)));
  });
  return [
    `## Stretches: ${kernel.name}`,
    '',
    'Kernels in which one window was widened and nothing else changed must keep every promise.',
    '',
    ...head('stretch', 'what it widens', 'scenarios kept', 'windows of the races hit'),
    ...rows,
    '',
  ];
}

function mutationSection(state: PageData['mutations'][number]): string[] {
  const rows = [...state.mutants]
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .map((record) => row(`\`${record.name}\``, record.describe, record.fate, describeFate(record)));
  return [
    `## Seeded bugs: ${state.kernel.name}`,
    '',
    `${scoreLine(state)}.`,
    '',
    ...head('mutant', 'the bug', 'fate', 'seen'),
    ...rows,
    '',
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
    ...[...reasons].map(([reason, count]) => `- ${reason} (${count} lines)`),
    '',
  ];
}
