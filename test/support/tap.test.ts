import test from 'ava';
import { closingLine, TapCounter } from './tap.js';

function read(lines: readonly string[], exitCode: number): string {
  const tap = new TapCounter();
  for (const line of lines) tap.add(line);
  return closingLine(tap.counts(exitCode));
}

test('results are counted by their lines, and details of a failure are not results', (t) => {
  const lines = [
    'TAP version 13',
    'ok 1 - a',
    'not ok 2 - b',
    '  ---',
    '    not ok: 5',
    '  ok',
    '  ...',
    '1..2',
  ];
  t.is(read(lines, 1), '1 passed, 1 failed');
});

test('skipped tests are neither passed nor failed', (t) => {
  t.is(read(['ok 1 - a', 'ok 2 - b # SKIP', 'not ok 3 - c # TODO'], 0), '1 passed, 0 failed, 2 skipped');
});

test('a runner that failed without a failing test is a failure', (t) => {
  t.is(read(['ok 1 - a'], 1), '1 passed, 1 failed');
});

test('no test at all is a failure', (t) => {
  t.is(read([], 0), '0 passed, 1 failed');
});
