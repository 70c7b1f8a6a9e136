import { randomInt } from 'node:crypto';
import { mkdir, readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import test, { type ExecutionContext } from 'ava';
import { isLocked } from '../../src/artifacts/in-use.js';
import { runPaths, scenarioPaths } from '../../src/artifacts/layout.js';
import { until } from '../../src/kit/wait.js';
import { scratch } from '../artifacts/support/sample-run.js';
import { marked, socketsOf, untilGone } from './support/descendants.js';
import { alone } from './support/machine.js';
import { newestRun, readResults, slowScenario, startRun } from './support/run.js';

/** A scenario takes about this long (ms): moments of death are spread over it. */
const spanMs = 14_000;
const moments = 10;

/** A small generator (mulberry32), so that a seed gives the same moments again. */
function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** What a dead run left: whole results, no lock, nothing half-written under a result's name. */
async function checkRemains(t: ExecutionContext, runs: string): Promise<string> {
  const run = await newestRun(runs);
  if (run === null) return 'before there was a run';
  t.false(await isLocked(runPaths(run).lock, 'exclusive'), 'the run is still locked');
  const results = await readResults(run);
  for (const { file, outcome, headline } of results) {
    const isUnfinished = outcome === 'ERROR' && headline === 'not finished';
    t.true(isUnfinished || headline.length > 20, `${file}: ${outcome} ${headline}`);
    t.true(isUnfinished || outcome === 'PASS', `${file}: ${outcome} ${headline}`);
  }
  const names = (await readdir(run, { recursive: true })).map((name) => path.basename(name));
  const alike = names.filter((name) => name.includes('result.json') && name !== 'result.json');
  t.true(
    alike.every((name) => name.startsWith('.')),
    alike.join(),
  );
  return results.map(({ outcome, headline }) => `${outcome} ${headline}`).join(', ');
}

test.serial('SIGKILL at any moment leaves no process, port, lock or half-written result', async (t) => {
  await alone(t, async () => {
    const seed = Number(process.env['LASTREF_SEED'] ?? randomInt(2 ** 31));
    t.log(`LASTREF_SEED=${seed}`);
    const random = seeded(seed);
    const base = await scratch(t);
    for (let moment = 0; moment < moments; moment++) {
      const runs = path.join(base, `runs ${moment}`);
      await mkdir(runs);
      const afterMs = Math.round(random() * spanMs);
      const { child, mark } = startRun(runs, [slowScenario]);
      await delay(afterMs);
      const before = await marked(mark);
      const sockets = await socketsOf(before);
      child.kill('SIGKILL');
      await child;
      await untilGone(mark, sockets);
      t.log(`killed after ${afterMs} ms with ${before.length} processes: ${await checkRemains(t, runs)}`);
    }
    const runs = path.join(base, 'the next run');
    const { child, mark } = startRun(runs, [slowScenario]);
    const { exitCode, all } = await child;
    t.is(exitCode, 0, all);
    await untilGone(mark);
    t.true((await readResults(runs)).every(({ outcome }) => outcome === 'PASS'));
  });
});

/** Waits until the guest of a started run is asked its question. */
async function untilAsked(runs: string): Promise<string> {
  return until({ name: 'the guest to be asked', deadlineMs: 3_600_000, everyMs: 200 }, async () => {
    const run = await newestRun(runs);
    if (run === null) return undefined;
    const log = path.join(scenarioPaths(run, slowScenario).directory, 'probe-remover.log');
    return (await stat(log)).size > 0 ? run : undefined;
  });
}

test.serial('one SIGINT stops a run in an orderly way and keeps its evidence', async (t) => {
  await alone(t, async () => {
    const runs = path.join(await scratch(t), 'runs');
    await mkdir(runs);
    const { child, mark } = startRun(runs, [slowScenario]);
    const run = await untilAsked(runs);
    child.kill('SIGINT');
    const { exitCode, all } = await child;
    t.is(exitCode, 130, all);
    t.regex(String(all), /stopping: evidence is kept/);
    await untilGone(mark);
    const results = await readResults(run);
    t.deepEqual(
      results.map(({ outcome }) => outcome),
      ['ERROR', 'ERROR'],
    );
    t.true(
      results.every(({ headline }) => headline.includes('interrupted')),
      JSON.stringify(results),
    );
    const kept = await readdir(scenarioPaths(run, slowScenario).directory);
    for (const name of ['console.log', 'events.jsonl', 'qmp.jsonl', 'qemu.argv'])
      t.true(kept.includes(name), name);
    t.false(kept.includes('.scratch'));
    t.false((await readdir(run)).includes('.control'));
    t.true((await readdir(run)).includes('junit.xml'));
    t.false(await isLocked(runPaths(run).lock, 'exclusive'));
  });
});

test.serial('two SIGINTs end a run at once, and everything that it started', async (t) => {
  await alone(t, async () => {
    const runs = path.join(await scratch(t), 'runs');
    await mkdir(runs);
    const { child, mark } = startRun(runs, [slowScenario]);
    const run = await untilAsked(runs);
    const sockets = await socketsOf(await marked(mark));
    child.kill('SIGINT');
    await delay(500); // less than that is one ^C that npm or make passed on again
    child.kill('SIGINT');
    t.is((await child).exitCode, 130);
    await untilGone(mark, sockets);
    t.false(await isLocked(runPaths(run).lock, 'exclusive'));
    for (const { outcome, headline } of await readResults(runs))
      t.regex(`${outcome} ${headline}`, /^ERROR (not finished|.*interrupted)/);
  });
});
