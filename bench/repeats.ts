/**
 * `make repeats N=20`: the quick run over and over, each with a seed of its own, on a kernel without a bug. Whatever is
 * not PASS, SKIP or a known finding is a false alarm. More `--jobs` than cores make the host busier than a user's, and no
 * verdict may depend on that. Every repeat is a line of `<runs>/repeats.jsonl`, so that repeats of several evenings add
 * up; the table at the end is of all of them.
 */
import { appendFile, readFile } from 'node:fs/promises';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { execa } from 'execa';
import { findRun, runsRoot } from '../src/artifacts/layout.js';
import { readRun } from '../src/artifacts/record.js';
import type { ScenarioResult } from '../src/artifacts/result.js';
import { isUnfinished } from '../src/artifacts/store.js';
import { makeFolder } from '../src/kit/atomic.js';
import { hasCode } from '../src/kit/errors.js';
import { projectRoot } from '../src/kit/paths.js';
import { quickCells } from '../src/suite/mutation.js';
import { defaultKernel } from '../src/suite/plan.js';
import { falseAlarms, type Repeat, repeatsTable } from './repeats-table.js';

const { values } = parseArgs({
  options: {
    times: { type: 'string', default: '20' },
    kernel: { type: 'string', default: process.env['KERNEL'] || defaultKernel },
    jobs: { type: 'string' },
    runs: { type: 'string' },
  },
});
const times = Number(values.times);
if (!Number.isInteger(times) || times < 0)
  throw new Error('usage: repeats [--times N] [--kernel K] [--jobs N] [--runs DIR]');
const runs = await runsRoot(values.runs);
await makeFolder(runs);
const file = path.join(runs, 'repeats.jsonl');

async function readRepeats(): Promise<Repeat[]> {
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    if (hasCode(error, 'ENOENT')) return '';
    throw error;
  });
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Repeat);
}

/** Says of one scenario what can be compared between repeats. */
const answerOf = ({ id, outcome, verdict, attempts }: ScenarioResult): Repeat['alarms'][number] => ({
  id,
  outcome,
  headline: verdict.headline,
  attempts,
});

for (let number = 1; number <= times; number += 1) {
  const seed = (await readRepeats()).length + 1;
  const chosen = [
    '--tag',
    '!nightly',
    '--sample',
    String(quickCells),
    '--seed',
    String(seed),
    '--kernel',
    values.kernel,
    ...(values.jobs === undefined ? [] : ['--jobs', values.jobs]),
  ];
  const cli = path.join(projectRoot, 'build', 'src', 'cli', 'main.js');
  const { exitCode } = await execa('node', [cli, 'run', ...chosen, '--runs', runs], {
    stdio: ['ignore', 'inherit', 'inherit'],
    reject: false,
  });
  const directory = await findRun(runs, 'latest');
  const { plan, result, scenarios } = await readRun(directory);
  if (plan === null || result?.durationMs == null || exitCode === 130) {
    process.stderr.write(`repeat ${number} did not end: ${directory} is not counted\n`);
    process.exitCode = 1;
    break;
  }
  const ended = scenarios.filter((one) => !isUnfinished(one));
  const repeat: Repeat = {
    kernel: { name: plan.kernel.name, key: plan.kernel.key, release: plan.kernel.release },
    run: plan.id,
    seed,
    seconds: Math.round(result.durationMs / 1000),
    counts: result.counts,
    alarms: ended.filter(({ outcome }) => !['PASS', 'SKIP', 'DONE'].includes(outcome)).map(answerOf),
    again: ended.filter(({ attempts }) => attempts > 1).map(answerOf),
  };
  await appendFile(file, `${JSON.stringify(repeat)}\n`);
}
const all = await readRepeats();
process.stdout.write(repeatsTable(all));
if (falseAlarms(all) > 0) process.exitCode = 1;
