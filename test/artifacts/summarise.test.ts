import test from 'ava';
import { summarise } from '../../src/artifacts/summarise.js';
import type { Outcome } from '../../src/verdict/types.js';

const of = (...outcomes: Outcome[]) => outcomes.map((outcome, index) => ({ id: `area/s${index}`, outcome }));

const table: [string, Outcome[], Outcome, number][] = [
  ['only passes pass', ['PASS', 'PASS'], 'PASS', 0],
  ['a skip among passes does not hurt', ['PASS', 'SKIP'], 'PASS', 0],
  ['DONE counts as success', ['DONE', 'SKIP'], 'DONE', 0],
  ['all skipped is SKIP, never PASS', ['SKIP', 'SKIP'], 'SKIP', 0],
  ['a broken promise outranks everything', ['PASS', 'ERROR', 'MISS', 'FAIL'], 'FAIL', 1],
  ['a failed test is no verdict on the kernel', ['PASS', 'ERROR', 'MISS'], 'ERROR', 69],
  ['a failed host is no verdict on the kernel', ['PASS', 'MISS'], 'MISS', 69],
  ['nothing asked is no success', [], 'ERROR', 69],
];

for (const [title, outcomes, outcome, exitCode] of table) {
  test(title, (t) => {
    const summary = summarise(of(...outcomes));
    t.is(summary.outcome, outcome);
    t.is(summary.exitCode, exitCode);
  });
}

test('an interrupted run exits with 130 and is not green, and a FAIL seen before stays a FAIL', (t) => {
  t.like(summarise(of('PASS'), { interrupted: true }), { outcome: 'ERROR', exitCode: 130 });
  t.like(summarise(of('PASS', 'FAIL'), { interrupted: true }), { outcome: 'FAIL', exitCode: 130 });
});

test('the headline names at most three scenarios', (t) => {
  t.is(summarise(of('FAIL', 'PASS')).headline, 'the kernel broke a promise in area/s0');
  t.is(
    summarise(of('FAIL', 'FAIL', 'FAIL', 'FAIL', 'FAIL')).headline,
    'the kernel broke a promise in area/s0, area/s1, area/s2 and 2 more',
  );
});

test('every scenario is counted once', (t) => {
  t.deepEqual(summarise(of('PASS', 'SKIP', 'PASS', 'MISS')).counts, {
    FAIL: 0,
    ERROR: 0,
    MISS: 1,
    PASS: 2,
    DONE: 0,
    SKIP: 1,
  });
});

test('a known failure is told by its finding and does not fail the run', (t) => {
  const known = { finding: 'L1', reason: 'r', lift: 'l', state: 'known-failure' } as const;
  const summary = summarise([...of('PASS', 'PASS'), { id: 'area/known', outcome: 'DONE', known }]);
  t.is(summary.exitCode, 0);
  t.is(summary.headline, 'the kernel kept its word in 2 of 3 scenarios, and broke it in 1 as is known (L1)');
});

test('a pass where a failure was known is no broken promise', (t) => {
  const known = { finding: 'L1', reason: 'r', lift: 'l', state: 'unexpected-pass' } as const;
  const summary = summarise([{ id: 'area/known', outcome: 'PASS', known }]);
  t.is(summary.headline, 'the kernel kept its word in 1 of 1 scenarios');
});
