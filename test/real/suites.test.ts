import { createHash } from 'node:crypto';
import { mkdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { verifyBundle } from '../../src/artifacts/bundle.js';
import { readEvents } from '../../src/artifacts/events.js';
import { scenarioPaths } from '../../src/artifacts/layout.js';
import type { Event, RunResult, ScenarioResult } from '../../src/artifacts/result.js';
import { scratch } from '../artifacts/support/sample-run.js';
import { elementsOf } from '../report/support/well-formed.js';
import { lastref } from '../support/lastref.js';
import { alone } from './support/machine.js';
import { newestRun, slowScenario, startRun } from './support/run.js';

/** Runs suites to their end in a runs folder of this test's own. */
async function runToEnd(
  t: ExecutionContext,
  words: readonly string[],
): Promise<{ code: number | undefined; run: string; result: RunResult; said: string }> {
  const runs = path.join(await scratch(t), 'runs');
  await mkdir(runs);
  const { exitCode, all } = await startRun(runs, words).child;
  const run = await newestRun(runs);
  if (run === null) throw new Error(`there is no run: ${all}`);
  const result = JSON.parse(await readFile(path.join(run, 'result.json'), 'utf8')) as RunResult;
  return { code: exitCode, run, result, said: String(all) };
}

/** What each scenario came to, and how its guest started: `clone` or `cold`. */
async function verdicts(run: string, { scenarios }: RunResult): Promise<Map<string, [string, string]>> {
  const found = new Map<string, [string, string]>();
  for (const { id } of scenarios) {
    const text = await readFile(scenarioPaths(run, id).result, 'utf8');
    const { verdict, start } = JSON.parse(text) as ScenarioResult;
    found.set(id, [`${verdict.outcome} ${verdict.broken.join()}`, start?.kind ?? 'none']);
  }
  return found;
}

/** Outcomes other than `wanted`, with their scenarios. */
function others({ scenarios }: RunResult, wanted: string): string[] {
  return scenarios.filter(({ outcome }) => outcome !== wanted).map(({ id, outcome }) => `${id} ${outcome}`);
}

/** What the suite came to on clones: the first test asks it. */
let cloned = new Map<string, [string, string]>();

/** The steps that must come in this order, each by what tells it from the others. */
const story: readonly (readonly [string, (event: Event) => boolean])[] = [
  [
    'the request is in flight for guest and QEMU',
    (e) => e.event === 'in-flight' && e['guest'] === 1 && e['qemu'] === 1,
  ],
  ['unbind is started', (e) => e.event === 'removal-started'],
  ['unbind waits in its symbol', (e) => e.event === 'blocked' && e['in'] === 'memunmap_pages'],
  ['the zap is seen as SIGBUS', (e) => e.event === 'raised' && e['signal'] === 'SIGBUS'],
  ['the request is released', (e) => e.event === 'release'],
  ['the write completes', (e) => e.event === 'completed'],
  ['unbind is done', (e) => e.event === 'removal-finished'],
];

test.serial(
  'a correct kernel keeps every promise of p2pdma, and the evidence tells the story in order',
  async (t) => {
    await alone(t, async () => {
      const { code, run, result, said } = await runToEnd(t, ['p2pdma']);
      t.is(code, 0, said);
      cloned = await verdicts(run, result);
      t.deepEqual(others(result, 'PASS'), []);
      t.true(result.scenarios.length >= 12);

      const junit = await readFile(path.join(run, 'junit.xml'), 'utf8');
      t.is(elementsOf(junit).filter((name) => name === 'testcase').length, result.scenarios.length);
      t.regex(junit, new RegExp(`tests="${result.scenarios.length}" failures="0" errors="0" skipped="0"`));

      const { events } = await readEvents(scenarioPaths(run, slowScenario).events);
      let from = 0;
      for (const [what, is] of story) {
        const at = events.findIndex((event, index) => index >= from && is(event));
        t.true(at >= from, `${what}, after ${events[from - 1]?.event ?? 'the start'}`);
        from = at + 1;
      }
      t.true(events.some(({ source }) => source === 'kmsg'));
      for (const [index, { t: at }] of events.entries()) t.true(at >= (events[index - 1]?.t ?? 0));

      const sums = [];
      for (const name of ['one.tar.gz', 'two.tar.gz']) {
        const output = path.join(run, '..', name);
        const packed = await lastref(['bundle', run, '--output', output]);
        t.is(packed.code, 0, packed.stderr);
        t.deepEqual(await verifyBundle(output), []);
        sums.push(
          createHash('sha256')
            .update(await readFile(output))
            .digest('hex'),
        );
      }
      t.is(sums[0], sums[1], 'the same run gives the same bytes');
    });
  },
);

test.serial('a guest that booted and one that woke as a clone come to the same verdict', async (t) => {
  await alone(t, async () => {
    const { code, run, result, said } = await runToEnd(t, ['p2pdma', '--cold']);
    t.is(code, 0, said);
    const cold = await verdicts(run, result);
    t.deepEqual(new Set([...cold.values()].map(([, start]) => start)), new Set(['cold']));
    // a machine of a single scenario is worth no template: that one booted both times
    const clones = [...cloned.values()].filter(([, start]) => start === 'clone').length;
    t.true(clones >= 12, `${clones} of ${cloned.size} scenarios were asked in a clone`);
    const booted = [...cold].map(([id, [verdict]]) => `${id} ${verdict}`);
    t.deepEqual(
      booted,
      [...cloned].map(([id, [verdict]]) => `${id} ${verdict}`),
    );
  });
});

test.serial('the tool says of every ailing guest what is declared of it', async (t) => {
  await alone(t, async () => {
    const { code, result, said } = await runToEnd(t, ['meta', '--mutant', 'more-crashes', '--sample', '12']);
    t.deepEqual(others(result, 'PASS'), [], said);
    t.is(code, 0, said);
  });
});
