import test from 'ava';
import { ktapReport } from '../../src/report/ktap.js';
import { sampleRecord } from './support/sample-record.js';

const lines = ktapReport(sampleRecord()).split('\n');

test('areas are subtests with a plan each, in a plan of their own', (t) => {
  t.deepEqual(lines.slice(0, 5), [
    'KTAP version 1',
    '1..2',
    '  KTAP version 1',
    '  # Subtest: p2pdma',
    '  1..5',
  ]);
  t.true(lines.includes('not ok 1 p2pdma'));
  t.true(lines.includes('ok 2 bench'));
});

test('each outcome has its line: SKIP is ok with a reason, ERROR and MISS are not ok and say so', (t) => {
  t.true(lines.includes('  ok 1 pass'));
  t.true(lines.includes('  not ok 2 fail'));
  t.true(lines.includes('  not ok 3 error # ERROR why ERROR'));
  t.true(lines.includes('  not ok 4 miss # ERROR MISS: why MISS'));
  t.true(lines.includes('  ok 5 skip # SKIP why SKIP'));
});

test('a failure is explained above its line, and what the guest printed never becomes a result line', (t) => {
  t.true(lines.some((line) => line.startsWith('  # BUG: KASAN: ')));
  t.true(lines.includes('  # evidence: scenarios/p2pdma/fail/'));
  t.is(lines.filter((line) => /^\s*(not )?ok /.test(line)).length, 8);
  for (const line of lines) t.regex(line, /^$|^\s*(#|ok|not ok|KTAP|1\.\.)/);
});
