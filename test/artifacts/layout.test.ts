import { mkdir, readdir } from 'node:fs/promises';
import path from 'node:path';
import test from 'ava';
import { findRun, newRunId, pointLatest, runsRoot, scenarioPaths } from '../../src/artifacts/layout.js';
import { createRun } from '../../src/artifacts/store.js';
import { samplePlan, scratch } from './support/sample-run.js';

test('run ids sort by time and differ within one second', (t) => {
  const second = new Date('2026-01-02T03:04:05.678Z');
  t.regex(newRunId(second), /^20260102-030405-[0-9a-f]{6}$/);
  t.true(newRunId(second) < newRunId(new Date('2026-01-02T03:04:06.000Z')));
  t.is(new Set(Array.from({ length: 50 }, () => newRunId(second))).size, 50);
});

test("a scenario's folder never leaves the run", (t) => {
  t.is(scenarioPaths('/runs/1', 'p2pdma/write').console, '/runs/1/scenarios/p2pdma/write/console.log');
  for (const id of ['../../etc', 'a/../b', '/abs', 'a//b', '', 'a/\u0000', '.hidden/x', 'a b']) {
    t.throws(() => scenarioPaths('/runs/1', id), { name: 'LastrefError' }, id);
  }
});

test('a probe cannot choose a file outside its folder', (t) => {
  const paths = scenarioPaths('/runs/1', 'a/b');
  t.is(paths.probeLog('p2pmem'), '/runs/1/scenarios/a/b/probe-p2pmem.log');
  t.throws(() => paths.probeLog('../../x'));
});

test('runs are kept where the option says, then LASTREF_RUNS, then in the checkout', async (t) => {
  const checkout = await scratch(t);
  t.is(await runsRoot('/some/where', { LASTREF_RUNS: '/other' }, checkout), '/some/where');
  t.is(await runsRoot(undefined, { LASTREF_RUNS: '/other' }, checkout), '/other');
  t.is(await runsRoot(undefined, {}, checkout), path.join(checkout, 'runs'));
});

test('under a read-only checkout runs are kept in the state folder of the user', async (t) => {
  const readOnly = '/sys'; // nobody makes folders there, not even root
  t.is(await runsRoot(undefined, { XDG_STATE_HOME: '/state' }, readOnly), '/state/lastref/runs');
  t.is(await runsRoot(undefined, { HOME: '/home/me' }, readOnly), '/home/me/.local/state/lastref/runs');
});

test('the latest link is replaced without leaving anything beside it', async (t) => {
  const runs = await scratch(t);
  await Promise.all(['a', 'b', 'c', 'd'].map((id) => pointLatest(runs, id)));
  t.deepEqual(await readdir(runs), ['latest']);
});

test('a run is found by its id, by `latest` and by its path; another name is refused with what to do', async (t) => {
  const runs = await scratch(t);
  const plan = samplePlan(runs);
  const run = await createRun(plan);
  t.teardown(run.release);
  for (const name of [plan.id, 'latest', plan.directory]) t.is(await findRun(runs, name), plan.directory);
  await mkdir(path.join(runs, 'empty'));
  await t.throwsAsync(findRun(runs, 'empty'), { message: /no run `empty`/ });
});
