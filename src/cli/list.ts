import { listKernels } from '../images/kernels.js';
import { readMutant } from '../images/mutant.js';
import { discoverScenarios, discoverShapes } from '../suite/discover.js';
import { promises } from '../suite/promises.js';
import { listMutants } from './mutants.js';

/** `lastref list`: what there is to run, and on what. */
export async function listCommand(json: boolean): Promise<number> {
  const [scenarios, shapes, kernels, mutantFiles] = await Promise.all([
    discoverScenarios(),
    discoverShapes(),
    listKernels(),
    listMutants(),
  ]);
  const mutants = await Promise.all(mutantFiles.map(({ file }) => readMutant(file)));
  const all = {
    scenarios: scenarios.map(({ id, scenario: { title, options } }) => ({
      id,
      suite: id.split('/')[0] ?? '',
      title,
      shape: options.shape,
      asks: options.asks,
      covers: options.covers,
      needs: options.needs ?? [],
    })),
    shapes: shapes.map(({ name, describe }) => ({ name, describe })),
    kernels: kernels.map(({ name, describe }) => ({ name, describe })),
    mutants: mutants.map(({ name, describe, breaks, path }) => ({ name, describe, breaks, path })),
    promises,
  };
  process.stdout.write(json ? `${JSON.stringify(all, null, 2)}\n` : text(all));
  return 0;
}

interface Described {
  readonly name: string;
  readonly describe: string;
}

function text(all: {
  readonly scenarios: readonly { readonly id: string; readonly suite: string; readonly title: string }[];
  readonly shapes: readonly Described[];
  readonly kernels: readonly Described[];
  readonly mutants: readonly Described[];
}): string {
  const lines: string[] = [];
  for (const suite of new Set(all.scenarios.map((scenario) => scenario.suite))) {
    const own = all.scenarios.filter((scenario) => scenario.suite === suite);
    lines.push(
      `suite ${suite} (${own.length})`,
      ...own.map(({ id, title }) => `  ${id.padEnd(44)} ${title}`),
    );
  }
  for (const kind of ['shapes', 'kernels', 'mutants'] as const) {
    lines.push('', kind, ...all[kind].map(({ name, describe }) => `  ${name.padEnd(24)} ${describe}`));
  }
  return `${lines.join('\n')}\n`;
}
