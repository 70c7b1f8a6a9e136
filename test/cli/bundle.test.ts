import { access } from 'node:fs/promises';
import path from 'node:path';
import test from 'ava';
import { readRun } from '../../src/artifacts/record.js';
import { createRun } from '../../src/artifacts/store.js';
import { bundleCommand } from '../../src/cli/bundle.js';
import { samplePlan, scratch } from '../artifacts/support/sample-run.js';

test('the latest run is packed beside it, and its unfinished result is settled first', async (t) => {
  const runs = await scratch(t);
  const plan = samplePlan(runs);
  await (await createRun(plan)).release();
  const said: string[] = [];
  t.is(await bundleCommand(['latest'], { runs }, (text) => said.push(text)), 0);
  t.true(said.join('').startsWith(`${plan.directory}.tar.gz\n`));
  await t.notThrowsAsync(access(`${plan.directory}.tar.gz`));
  t.regex((await readRun(plan.directory)).result.headline, /the run was killed: 0 of 2/);
});

test('one scenario is packed where --output says', async (t) => {
  const runs = await scratch(t);
  const plan = samplePlan(runs);
  await (await createRun(plan)).release();
  const output = path.join(runs, 'out', 'one.tgz');
  await bundleCommand([plan.id, 'p2pdma/write'], { runs, output }, () => undefined);
  await t.notThrowsAsync(access(output));
});

test("no run, an unknown run and too many words are the user's mistake", async (t) => {
  const runs = await scratch(t);
  for (const words of [[], ['none'], ['a', 'b', 'c']]) {
    const error = await t.throwsAsync(bundleCommand(words, { runs }), { name: 'LastrefError' });
    t.is((error as { exitCode?: number }).exitCode, 2);
  }
});
