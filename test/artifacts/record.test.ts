import { mkdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import test from 'ava';
import { EventLog } from '../../src/artifacts/events.js';
import { runPaths, scenarioPaths } from '../../src/artifacts/layout.js';
import { readRun } from '../../src/artifacts/record.js';
import { createRun, writeScenarioResult } from '../../src/artifacts/store.js';
import { samplePlan, sampleResult, scratch } from './support/sample-run.js';

test('the timeline of a scenario is that of the attempt that decided', async (t) => {
  const plan = samplePlan(await scratch(t), ['p2pdma/write']);
  const run = await createRun(plan);
  t.teardown(run.release);
  const paths = scenarioPaths(plan.directory, 'p2pdma/write');
  await mkdir(paths.attempt(2));
  for (const [folder, event] of [
    [paths.attempt(1), 'first'],
    [paths.attempt(2), 'second'],
  ] as const) {
    const log = new EventLog(path.join(folder, 'events.jsonl'));
    log.append({ source: 'run', event });
    log.close();
  }
  const read = async (attempts: number): Promise<string | undefined> => {
    await writeScenarioResult(plan.directory, { ...sampleResult(plan, 'p2pdma/write', 'PASS'), attempts });
    return (await readRun(plan.directory)).timelines['p2pdma/write']?.[0]?.event;
  };
  t.is(await read(1), 'first');
  t.is(await read(2), 'second');
});

test('a run that was killed before its plan was written reads as not finished', async (t) => {
  const plan = samplePlan(await scratch(t));
  const run = await createRun(plan);
  await run.release();
  await rm(runPaths(plan.directory).plan);
  await rm(runPaths(plan.directory).scenarios, { recursive: true });
  const record = await readRun(plan.directory);
  t.is(record.plan, null);
  t.is(record.result.headline, 'not finished');
});

test('a folder that is no run, and a result that is no JSON, are named in a sentence', async (t) => {
  const folder = await scratch(t);
  await t.throwsAsync(readRun(folder), { message: /is no run directory/ });
  await writeFile(path.join(folder, 'result.json'), '{"id":');
  await t.throwsAsync(readRun(folder), { message: /result\.json is not JSON/ });
});
