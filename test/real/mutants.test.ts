import { mkdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import test from 'ava';
import { scenarioPaths } from '../../src/artifacts/layout.js';
import type { ScenarioResult } from '../../src/artifacts/result.js';
import { scratch } from '../artifacts/support/sample-run.js';
import { alone } from './support/machine.js';
import { newestRun, startRun } from './support/run.js';

/** A seeded bug, a scenario that can see it, and the promise that it breaks. */
const bugs = [
  ['zap-skipped', 'p2pdma/unbind-waits-for-write', 'zap-on-unbind'],
  ['free-takes-neighbour', 'p2pdma/owners-never-share-bytes', 'no-page-in-two-hands'],
] as const;

for (const [mutant, scenario, promise] of bugs) {
  test.serial(
    `a kernel with the bug ${mutant} is a FAIL that names the broken promise ${promise}`,
    async (t) => {
      await alone(t, async () => {
        const runs = path.join(await scratch(t), 'runs');
        await mkdir(runs);
        const { exitCode, all } = await startRun(runs, [scenario, '--mutant', mutant]).child;
        t.is(exitCode, 1, all);
        const run = await newestRun(runs);
        const file = scenarioPaths(run ?? '', scenario).result;
        const { outcome, verdict, reproduce } = JSON.parse(await readFile(file, 'utf8')) as ScenarioResult;
        t.is(outcome, 'FAIL');
        t.true(verdict.broken.includes(promise), verdict.headline);
        t.true(verdict.headline.includes(promise), verdict.headline);
        t.regex(reproduce, new RegExp(`--mutant .*${mutant}`));
      });
    },
  );
}
