import { readFile, readlink, stat } from 'node:fs/promises';
import path from 'node:path';
import test from 'ava';
import { execa } from 'execa';
import { runPaths, scenarioPaths } from '../../src/artifacts/layout.js';
import { isLive, readRun, recoverRun } from '../../src/artifacts/record.js';
import {
  createRun,
  finishedRun,
  isUnfinished,
  writeRunResult,
  writeScenarioResult,
} from '../../src/artifacts/store.js';
import { samplePlan, sampleResult, scratch } from './support/sample-run.js';

test('a new run says ERROR "not finished" for itself and for every scenario', async (t) => {
  const plan = samplePlan(await scratch(t));
  const run = await createRun(plan);
  t.teardown(run.release);
  const { result, scenarios } = await readRun(plan.directory);
  t.is(result.outcome, 'ERROR');
  t.is(result.headline, 'not finished');
  t.is(result.exitCode, 69);
  t.is(result.counts.ERROR, 2);
  t.deepEqual(
    scenarios.map(({ id, outcome, verdict }) => [id, outcome, verdict.headline]),
    plan.scenarios.map(({ id }) => [id, 'ERROR', 'not finished']),
  );
});

test('runs/latest points at the newest run, whichever was there before', async (t) => {
  const runs = await scratch(t);
  for (const plan of [samplePlan(runs), samplePlan(runs)]) {
    const run = await createRun(plan);
    t.is(await readlink(path.join(runs, 'latest')), plan.id);
    await run.release();
  }
});

test('a written scenario is read back, and has a script that asks it again', async (t) => {
  const plan = samplePlan(await scratch(t));
  const run = await createRun(plan);
  t.teardown(run.release);
  const result = sampleResult(plan, 'p2pdma/write', 'FAIL');
  await writeScenarioResult(plan.directory, result);
  const { scenarios } = await readRun(plan.directory);
  t.deepEqual(scenarios[0], result);
  const script = scenarioPaths(plan.directory, 'p2pdma/write').reproduce;
  t.regex(await readFile(script, 'utf8'), /^exec npx lastref run p2pdma\/write --kernel linux-6.12-kasan$/m);
  t.is((await stat(script)).mode & 0o111, 0o111);
});

test('a run is live while its writer holds it, and no longer', async (t) => {
  const plan = samplePlan(await scratch(t));
  const run = await createRun(plan);
  t.true(await isLive(plan.directory));
  await run.release();
  t.false(await isLive(plan.directory));
});

test('a living run is not recovered', async (t) => {
  const plan = samplePlan(await scratch(t));
  const run = await createRun(plan);
  t.teardown(run.release);
  t.true(isUnfinished((await recoverRun(plan.directory)).result));
});

test('a finished run is left as it is by recovery', async (t) => {
  const plan = samplePlan(await scratch(t), ['p2pdma/write']);
  const run = await createRun(plan);
  const scenario = sampleResult(plan, 'p2pdma/write', 'PASS');
  await writeScenarioResult(plan.directory, scenario);
  await writeRunResult(plan.directory, await finishedRun(plan, [scenario], 5000));
  await run.release();
  const { result } = await recoverRun(plan.directory);
  t.is(result.outcome, 'PASS');
  t.is(result.durationMs, 5000);
});

test('a run whose process was killed is readable, frees its lock and counts what had a verdict', async (t) => {
  const plan = samplePlan(await scratch(t), ['p2pdma/write', 'p2pdma/read', 'p2pdma/fork']);
  const store = new URL('../../src/artifacts/store.js', import.meta.url).href;
  const finished = sampleResult(plan, 'p2pdma/write', 'PASS');
  const writer = execa(
    process.execPath,
    [
      '--input-type=module',
      '-e',
      `const { createRun, writeScenarioResult } = await import(${JSON.stringify(store)});
     await createRun(${JSON.stringify(plan)});
     await writeScenarioResult(${JSON.stringify(plan.directory)}, ${JSON.stringify(finished)});
     console.log('written');
     setInterval(() => undefined, 1000);`,
    ],
    { reject: false, buffer: false },
  );
  await new Promise((resolve) => writer.stdout.once('data', resolve));
  t.true(await isLive(plan.directory));
  writer.kill('SIGKILL');
  await writer;
  // The lock's holder sees its pipe close; `flock` waits for that, with its own deadline.
  await execa('flock', ['--shared', '--wait', '20', runPaths(plan.directory).lock, 'true']);
  const { result, scenarios } = await recoverRun(plan.directory);
  t.is(result.outcome, 'ERROR');
  t.is(result.exitCode, 69);
  t.is(result.headline, 'the run was killed: 1 of 3 scenarios have a verdict');
  t.deepEqual(
    scenarios.map(({ outcome }) => outcome),
    ['PASS', 'ERROR', 'ERROR'],
  );
});

test('a run says once why its guests booted cold', async (t) => {
  const plan = samplePlan(await scratch(t));
  const cold = (why?: string): ReturnType<typeof sampleResult> => ({
    ...sampleResult(plan, plan.scenarios[0]?.id ?? '', 'PASS'),
    start: { kind: 'cold', ...(why === undefined ? {} : { why }) },
  });
  const { coldStarts } = await finishedRun(plan, [cold('no room'), cold('no room'), cold()], 1);
  t.deepEqual(coldStarts, [{ why: 'no room', guests: 2 }]);
  t.is((await finishedRun(plan, [cold()], 1)).coldStarts, undefined);
});
