/**
 * `make soak N=200 S=p2pdma/…`: one scenario over and over, each time in a fresh clone, in one process. The same
 * answer every time, and nothing left behind: no process, no descriptor, no file, no memory that grows.
 */
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { createRun } from '../src/artifacts/store.js';
import { cacheRoot } from '../src/kit/paths.js';
import { discoverScenarios, selectScenarios } from '../src/suite/discover.js';
import { makePlan } from '../src/suite/plan.js';
import { runScenario } from '../src/suite/run.js';

interface Traces {
  readonly processes: number;
  readonly descriptors: number;
  readonly temporaries: number;
  /** Templates that somebody began to make or to remove. */
  readonly halfMade: number;
  readonly rssMiB: number;
}

async function entries(folder: string): Promise<string[]> {
  return readdir(folder).catch(() => []);
}

/** What this process has about it now. */
async function traces(): Promise<Traces> {
  const children = await readFile(`/proc/self/task/${process.pid}/children`, 'utf8');
  return {
    processes: children.split(' ').filter((pid) => pid !== '').length,
    descriptors: (await entries('/proc/self/fd')).length,
    temporaries: (await entries(tmpdir())).filter((name) => name.startsWith('lastref')).length,
    halfMade: (await entries(path.join(cacheRoot(), 'templates'))).filter((name) => name.startsWith('.'))
      .length,
    rssMiB: Math.round(process.memoryUsage.rss() / 1024 ** 2),
  };
}

const { values, positionals } = parseArgs({
  options: { rounds: { type: 'string', default: '200' }, kernel: { type: 'string' } },
  allowPositionals: true,
});
const rounds = Number(values.rounds);
const [chosen] = selectScenarios(await discoverScenarios(), [
  positionals[0] ?? 'p2pdma/unbind-waits-for-write',
]);
if (chosen === undefined || !(rounds > 0))
  throw new Error('usage: soak [SCENARIO] [--rounds N] [--kernel K]');
const runs = await mkdtemp(path.join(tmpdir(), 'soak-'));
try {
  // The scenario twice: what two guests of a run share is worth a template.
  const { plan } = await makePlan({ scenarios: [chosen], kernel: values.kernel, jobs: 1, runs });
  const [only] = plan.scenarios;
  if (only === undefined) throw new Error('nothing was planned');
  const twice = { ...plan, scenarios: [only, { ...only, id: `${only.id}-again` }] };
  const run = await createRun(twice);
  const answers = new Map<string, number>();
  const starts = new Map<string, number>();
  let settled: Traces | undefined;
  for (let round = 1; round <= rounds; round++) {
    const result = await runScenario(chosen.id, chosen.scenario, twice);
    const answer = `${result.outcome} ${result.verdict.headline} (attempts ${result.attempts})`;
    answers.set(answer, (answers.get(answer) ?? 0) + 1);
    const start = result.start?.kind ?? 'none';
    starts.set(start, (starts.get(start) ?? 0) + 1);
    if (round === Math.min(10, rounds)) settled = await traces();
    if (round % 10 === 0) process.stderr.write(`${round} of ${rounds}: ${JSON.stringify(await traces())}\n`);
  }
  const end = await traces();
  await run.release();
  for (const [answer, count] of answers) console.log(`${String(count).padStart(4)} × ${answer}`);
  for (const [start, count] of starts) console.log(`${String(count).padStart(4)} × ${start}`);
  console.log(`after ${Math.min(10, rounds)}: ${JSON.stringify(settled)}`);
  console.log(`after ${rounds}: ${JSON.stringify(end)}`);
  const leaks = (['processes', 'descriptors', 'temporaries', 'halfMade'] as const).filter(
    (what) => end[what] > (settled?.[what] ?? 0),
  );
  const grows = end.rssMiB > (settled?.rssMiB ?? 0) * 1.25 + 16;
  const same = answers.size === 1;
  console.log(
    same && leaks.length === 0 && !grows
      ? `${rounds} times the same answer, and nothing left behind`
      : `NOT CLEAN: ${[...(same ? [] : ['answers differ']), ...leaks, ...(grows ? ['memory grows'] : [])].join(', ')}`,
  );
  process.exitCode = same && leaks.length === 0 && !grows ? 0 : 1;
} finally {
  await rm(runs, { recursive: true, force: true });
}
