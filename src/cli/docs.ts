import { mkdir, readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { findRun, runsRoot } from '../artifacts/layout.js';
import { type MutationState, readMutationState } from '../artifacts/mutation.js';
import { readRun } from '../artifacts/record.js';
import type { ScenarioResult } from '../artifacts/result.js';
import { changeOf, isUnfinished } from '../artifacts/store.js';
import { readMutant } from '../images/mutant.js';
import { writeAtomic, writeJson } from '../kit/atomic.js';
import { hasCode, LastrefError } from '../kit/errors.js';
import { projectRoot } from '../kit/paths.js';
import type { CoverageData, KernelAnswers, PageData, Stretches } from '../report/page-data.js';
import { promisesPage } from '../report/promises-page.js';
import { promises } from '../suite/promises.js';
import { isVerdict } from '../verdict/types.js';
import { coverageOf } from './coverage.js';
import { listStretches } from './mutants.js';

const docs = path.join(projectRoot, 'docs');

/** `lastref docs [RUN…]`: distils runs (also of mutants, also of a counting kernel) into docs/data, then makes docs/promises.md. */
export async function docsCommand(
  words: readonly string[],
  options: { readonly runs?: string | undefined },
): Promise<number> {
  const runs = await runsRoot(options.runs);
  const data = path.join(docs, 'data');
  await mkdir(data, { recursive: true });
  const counting: string[] = [];
  for (const word of words) {
    const mutation = await readMutationState(path.join(word, 'state.json'));
    if (mutation !== undefined) await takeMutation(data, mutation);
    else {
      const directory = await findRun(runs, word);
      if (await takeRun(data, directory)) counting.push(directory);
    }
  }
  if (counting.length > 0) await takeCoverage(data, counting);
  const page = path.join(docs, 'promises.md');
  await writeAtomic(page, promisesPage(await readPageData(data)));
  process.stdout.write(`${path.relative(process.cwd(), page)}\n`);
  return 0;
}

async function takeMutation(data: string, state: MutationState): Promise<void> {
  const mutants = state.mutants.map((record) => ({ ...record, passed: [] })); // the page does not show them
  const { kernel, control, id, startedAt, planned } = state;
  await writeJson(path.join(data, `mutants-${kernel.name}.json`), {
    id,
    startedAt,
    kernel,
    mutants,
    control,
    ...(planned === undefined ? {} : { planned }),
  });
}

/** Coverage of all the runs of a counting kernel that are given at once. */
async function takeCoverage(data: string, directories: readonly string[]): Promise<void> {
  const { plan } = await readRun(directories[0] ?? '');
  const kernel = { name: plan?.kernel.name ?? '', release: plan?.kernel.release ?? '' };
  const files = await coverageOf(directories);
  await writeJson(path.join(data, 'coverage.json'), { kernel, files } satisfies CoverageData);
}

/** Takes in what a run answered; true for one of a counting kernel, which answers something else. */
async function takeRun(data: string, directory: string): Promise<boolean> {
  const { plan, scenarios } = await readRun(directory);
  if (plan === null) return false;
  const change = plan.mutant === null ? null : changeOf(plan.mutant);
  if (change?.kind === 'mutant' || (change !== null && plan.kernel.coverage != null)) {
    throw new LastrefError(
      `${directory} asked a kernel that was changed for it (${change.name}): its answers are none of that kernel`,
      {
        blame: 'user',
        hint: 'give runs without --mutant, or the folder of `lastref mutants`',
      },
    );
  }
  const kernel = { name: plan.kernel.name, release: plan.kernel.release };
  if (plan.kernel.coverage != null) return true;
  const decided = scenarios.filter((result) => !isUnfinished(result) && isVerdict(result.outcome));
  if (change !== null) {
    await takeStretch(data, kernel, change.name, decided);
    return false;
  }
  const file = path.join(data, `kernel-${kernel.name}.json`);
  const before = (await readData<KernelAnswers>(file))?.answers ?? [];
  const news = decided.map(({ id, title, asks, outcome, counters, verdict: { broken } }) => ({
    id,
    title,
    asks,
    outcome,
    ...(broken.length === 0 ? {} : { broken }),
    ...(counters === undefined ? {} : { counters }),
  }));
  await writeJson(file, { kernel, answers: withNews(before, news) } satisfies KernelAnswers);
  return false;
}

/** Answers by id, the later one of each. */
function withNews<T extends { readonly id: string }>(before: readonly T[], news: readonly T[]): T[] {
  const kept = before.filter(({ id }) => !news.some((one) => one.id === id));
  return [...kept, ...news].sort((a, b) => (a.id < b.id ? -1 : 1));
}

/** Takes in what the scenarios said of a kernel with a stretch. */
async function takeStretch(
  data: string,
  kernel: KernelAnswers['kernel'],
  name: string,
  decided: readonly ScenarioResult[],
): Promise<void> {
  const stretch = (await listStretches()).find((one) => one.name === name);
  if (stretch === undefined)
    throw new LastrefError(`the suites have no stretch ${name} any more`, { blame: 'user' });
  const { describe } = await readMutant(stretch.file);
  const news = decided.map(({ id, outcome, counters }) => ({
    id,
    outcome,
    ...(counters === undefined ? {} : { counters }),
  }));
  const file = path.join(data, `stretches-${kernel.name}.json`);
  const known = (await readData<Stretches>(file))?.stretches ?? [];
  const before = known.find((one) => one.name === name)?.answers ?? [];
  const answers = withNews(before, news);
  const others = known.filter((one) => one.name !== name);
  const stretches = [...others, { name, describe, answers }].sort((a, b) => (a.name < b.name ? -1 : 1));
  await writeJson(file, { kernel, stretches } satisfies Stretches);
}

/** Everything the page is made from, as it lies in a folder. */
export async function readPageData(folder: string): Promise<PageData> {
  const names = (await readdir(folder)).sort();
  const all = async <T>(prefix: string): Promise<T[]> => {
    const found: T[] = [];
    for (const name of names.filter((one) => one.startsWith(prefix))) {
      const value = await readData<T>(path.join(folder, name));
      if (value !== undefined) found.push(value);
    }
    return found;
  };
  return {
    promises,
    kernels: await all<KernelAnswers>('kernel-'),
    stretches: await all<Stretches>('stretches-'),
    mutations: await all<MutationState>('mutants-'),
    coverage: (await readData<CoverageData>(path.join(folder, 'coverage.json'))) ?? null,
  };
}

async function readData<T>(file: string): Promise<T | undefined> {
  try {
    return JSON.parse(await readFile(file, 'utf8')) as T;
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return undefined;
    throw error;
  }
}
