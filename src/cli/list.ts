import { listKernels } from '../images/kernels.js';
import { readMutant } from '../images/mutant.js';
import { discoverScenarios, discoverShapes } from '../suite/discover.js';
import type { Narrowing } from '../suite/narrow.js';
import { chooseScenarios } from '../suite/plan.js';
import { promises } from '../suite/promises.js';
import { listMutants, listStretches } from './mutants.js';

/** `lastref list`: what there is to run, and on what. Words, tags and a sample choose as they do for `run`. */
export async function listCommand(
  json: boolean,
  chosen: Narrowing & { readonly words: readonly string[] } = { words: [] },
): Promise<number> {
  const isNarrowed = chosen.words.length + (chosen.tags?.length ?? 0) > 0 || chosen.sample !== undefined;
  const [scenarios, shapes, kernels, mutantFiles] = await Promise.all([
    isNarrowed ? chooseScenarios(chosen) : discoverScenarios(),
    discoverShapes(),
    listKernels(),
    listMutants(),
  ]);
  const mutants = await Promise.all(mutantFiles.map(({ file }) => readMutant(file)));
  const stretches = await Promise.all((await listStretches()).map(({ file }) => readMutant(file)));
  const all = {
    scenarios: scenarios.map(({ id, scenario: { title, options } }) => ({
      id,
      suite: id.split('/')[0] ?? '',
      title,
      shape: options.shape,
      asks: options.asks,
      covers: options.covers,
      needs: options.needs ?? [],
      tags: options.tags ?? [],
      skip: options.skip ?? null,
    })),
    shapes: shapes.map(({ name, describe }) => ({ name, describe })),
    kernels: kernels.map(({ name, describe }) => ({ name, describe })),
    mutants: mutants.map(({ name, describe, breaks, path }) => ({ name, describe, breaks, path })),
    stretches: stretches.map(({ name, describe, path }) => ({ name, describe, path })),
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
  readonly scenarios: readonly {
    readonly id: string;
    readonly suite: string;
    readonly title: string;
    readonly tags: readonly string[];
    readonly skip: string | null;
  }[];
  readonly shapes: readonly Described[];
  readonly kernels: readonly Described[];
  readonly mutants: readonly Described[];
  readonly stretches: readonly Described[];
}): string {
  const lines: string[] = [];
  for (const suite of new Set(all.scenarios.map((scenario) => scenario.suite))) {
    const own = all.scenarios.filter((scenario) => scenario.suite === suite);
    lines.push(
      `suite ${suite} (${own.length})`,
      ...own.map(({ id, title, tags, skip }) => {
        const notes = [...tags, ...(skip === null ? [] : [`not asked: ${skip}`])];
        return `  ${id.padEnd(44)} ${title}${notes.length === 0 ? '' : ` [${notes.join(', ')}]`}`;
      }),
    );
  }
  for (const kind of ['shapes', 'kernels', 'mutants', 'stretches'] as const) {
    lines.push('', kind, ...all[kind].map(({ name, describe }) => `  ${name.padEnd(24)} ${describe}`));
  }
  return `${lines.join('\n')}\n`;
}
