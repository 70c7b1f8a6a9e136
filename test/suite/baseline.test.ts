import path from 'node:path';
import test from 'ava';
import { execa } from 'execa';
import { listKernels } from '../../src/images/kernels.js';
import { LastrefError } from '../../src/kit/errors.js';
import { projectRoot } from '../../src/kit/paths.js';
import {
  inLightOf,
  type KnownFailure,
  knownFailure,
  knownFailures,
  requireScenarios,
} from '../../src/suite/baseline.js';
import { requireSpokenOf, seriesOf } from '../../src/suite/kernel-rows.js';
import type { Verdict } from '../../src/verdict/types.js';

const row: KnownFailure = {
  finding: 'L9',
  scenario: 'p2pdma-map/x',
  since: '6.2',
  before: '6.15',
  breaks: 'pool-balances',
  says: /3 pages are lost/,
  seenBy: 'assertion',
  reason: 'the kernel forgets',
  lift: 'a kernel that remembers',
};
const failed: Verdict = {
  outcome: 'FAIL',
  headline: 'pool-balances broken: 3 pages are lost',
  reasons: [{ witness: 'assertion', detail: '3 pages are lost' }],
  broken: ['pool-balances'],
};

test('a failure that a row explains is known, and does not fail the run', (t) => {
  const { verdict, known } = inLightOf(row, failed);
  t.is(verdict.outcome, 'DONE');
  t.is(verdict.headline, 'known finding L9: pool-balances broken: 3 pages are lost');
  t.deepEqual(verdict.broken, ['pool-balances']);
  t.deepEqual(known, { finding: 'L9', reason: row.reason, lift: row.lift, state: 'known-failure' });
});

test('a failure that another witness than an assertion sees is known where its row says so', (t) => {
  const spins = 'pool-balances broken: 3 pages are lost: it spins';
  const hung: Verdict = {
    ...failed,
    headline: spins,
    reasons: [
      { witness: 'hang', detail: spins },
      { witness: 'declared', detail: 'gave up waiting for probe p2pmem to answer touch after 77.6 s' },
    ],
  };
  t.is(inLightOf({ ...row, seenBy: 'hang' }, hung).known?.state, 'known-failure');
  t.is(inLightOf(row, hung).known, undefined);
});

test('a known report of KASAN may have turned lockdep off; any other loss beside it is news', (t) => {
  const seen = (lost: string): Verdict => ({
    ...failed,
    reasons: [
      { witness: 'console', detail: 'the kernel reported KASAN' },
      { witness: 'completeness', detail: lost },
    ],
  });
  const off = seen('coverage lost: lockdep turned itself off: the kernel is tainted');
  t.is(inLightOf({ ...row, seenBy: 'console' }, off).verdict.outcome, 'DONE');
  t.is(inLightOf(row, off).known, undefined);
  t.is(inLightOf({ ...row, seenBy: 'console' }, seen('coverage lost: records are missing')).known, undefined);
});

const news: readonly (readonly [string, Partial<Verdict>])[] = [
  ['that says something else', { headline: 'pool-balances broken: 4 pages are lost' }],
  ['of another promise', { broken: ['zap-on-unbind'] }],
  ['of one promise more', { broken: ['pool-balances', 'guest-survives'] }],
  ['that the console saw as well', { reasons: [...failed.reasons, { witness: 'console', detail: 'KASAN' }] }],
  ['that another witness saw', { reasons: [{ witness: 'hang', detail: 'it spins' }] }],
  ['of the test', { outcome: 'ERROR' }],
  ['of the harness', { outcome: 'MISS' }],
];
for (const [title, change] of news) {
  test(`a failure ${title} is news`, (t) => {
    const verdict = { ...failed, ...change };
    t.deepEqual(inLightOf(row, verdict), { verdict });
  });
}

test('a pass where a failure is known stays a pass and says so', (t) => {
  const { verdict, known } = inLightOf(row, { ...failed, outcome: 'PASS', broken: [], reasons: [] });
  t.is(verdict.outcome, 'PASS');
  t.regex(verdict.headline, /^unexpected PASS: L9 is known to break pool-balances here/);
  t.is(known?.state, 'unexpected-pass');
});

test('a scenario that no row speaks of is judged as it is', (t) => {
  t.deepEqual(inLightOf(undefined, failed), { verdict: failed });
  t.is(knownFailure('p2pdma-map/no-such', '6.12.117'), undefined);
});

test('a row ends where the kernel was mended', (t) => {
  const scenario = 'p2pdma-map/valid-map-fails-only-for-lack-of-memory';
  t.is(knownFailure(scenario, '6.12.117')?.finding, 'L2');
  t.is(knownFailure(scenario, '7.3.4'), undefined);
});

test('every row speaks of a scenario that asks the promise, and of a kernel there is', async (t) => {
  const main = path.join(projectRoot, 'build/src/cli/main.js');
  const { stdout } = await execa(process.execPath, [main, 'list', '--json']);
  const { scenarios } = JSON.parse(stdout) as { scenarios: { id: string; asks: string[] }[] };
  t.notThrows(() => requireScenarios(scenarios.map(({ id }) => id)));
  for (const { finding, scenario, breaks } of knownFailures) {
    t.true(scenarios.find(({ id }) => id === scenario)?.asks.includes(breaks), `${finding} of ${scenario}`);
  }
  t.notThrows(async () => requireSpokenOf('the baseline', knownFailures, seriesOf(await listKernels())));
});

test('a row of a scenario that is gone is an error of the test', (t) => {
  const error = t.throws(() => requireScenarios(['p2pdma-map/y'], [row]), { instanceOf: LastrefError });
  t.is(error.blame, 'test');
  t.regex(error.message, /knows L9 of p2pdma-map\/x, which is no scenario/);
});
