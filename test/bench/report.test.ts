import test from 'ava';
import { linesOf, type Measured, tableOf } from '../../bench/report.js';
import { summarise } from '../../bench/stats.js';

const measured: readonly Measured[] = [
  {
    row: {
      id: 'a',
      title: 'cold boot',
      metrics: [{ key: 'first', title: 'cold boot', unit: 's' }],
    },
    rounds: [{ first: 10 }, { first: 12 }, { first: 11 }],
    trouble: [],
  },
  {
    row: {
      id: 'b',
      title: 'clone',
      metrics: [
        { key: 'first', title: 'clone', unit: 's', atMost: 1 },
        { key: 'memory', title: 'memory', unit: 'MiB', atMost: 120 },
      ],
    },
    rounds: [{ first: 0.9, memory: 130 }, { first: 1.1 }],
    trouble: ['failed: the guest went away'],
  },
  {
    row: { id: 'c', title: 'absent', metrics: [{ key: 'x', title: 'absent', unit: 's', atMost: 1 }] },
    rounds: [],
    trouble: ['not measured: it is not installed'],
  },
];
const ratios = [
  { title: 'cold over clone', over: 'a.first', under: 'b.first', atLeast: 8 },
  { title: 'cold over absent', over: 'a.first', under: 'c.x', atLeast: 8 },
];

test('a median has its noise beside it: half of the rounds lie within the mad', (t) => {
  t.deepEqual(summarise([5, 1, 3]), { median: 3, mad: 2, min: 1, max: 5, rounds: 3 });
  t.deepEqual(summarise([4, 2]), { median: 3, mad: 1, min: 2, max: 4, rounds: 2 });
  t.is(summarise([]), undefined);
});

test('a target is met or missed by the median; without a number it is neither', (t) => {
  const lines = linesOf(measured, ratios);
  t.deepEqual(
    lines.map(({ key, met, summary }) => [key, met, summary?.median ?? null]),
    [
      ['a.first', null, 11],
      ['b.first', true, 1],
      ['b.memory', false, 130],
      ['c.x', null, null],
      ['a.first/b.first', true, 11],
    ],
  );
});

test('the table shows what was measured, what was to be, and why something is missing', (t) => {
  const table = tableOf(linesOf(measured, ratios), measured);
  t.deepEqual(table.split('\n'), [
    'what              median     mad      min .. max  rounds      target',
    '(a) cold boot    11.00 s  +-1.00  10.00 .. 12.00       3',
    '(b) clone         1.00 s  +-0.10    0.90 .. 1.10       2      <= 1 s     met',
    '(b) memory       130 MiB                               1  <= 120 MiB  MISSED',
    '(c) absent             -                               0      <= 1 s',
    'cold over clone  11.00 x                               1      >= 8 x     met',
    '',
    '(b) failed: the guest went away',
    '(c) not measured: it is not installed',
    '',
  ]);
});
