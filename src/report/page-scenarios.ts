import { folded, head, row } from './markdown.js';
import { type PageData, passedOf, suiteOf } from './page-data.js';

const isOfMatrix = (id: string): boolean => id.startsWith('matrix/');
const verdictWords: Readonly<Record<string, string>> = {
  PASS: 'yes',
  DONE: '**no**, as is known',
  FAIL: '**no**',
  SKIP: '-',
};

/** What every scenario said on each kernel, by suite. */
export function scenarioSection(kernels: PageData['kernels']): string[] {
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
