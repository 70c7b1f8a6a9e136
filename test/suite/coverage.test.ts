import test from 'ava';
import { reportOf } from '../../src/cli/coverage.js';
import { coverageTable } from '../../src/report/coverage.js';
import { addCounts, type LineCount } from '../../src/suite/coverage.js';
import { parseCounts } from '../../src/suite/coverage-data.js';

const gcov = (line: number, count: number, branches: number[] = [], fn = 'f') => ({
  line_number: line,
  function_name: fn,
  count,
  branches: branches.map((one) => ({ count: one })),
});

test('counts are found by the object’s name, whatever folder the kernel was built in', (t) => {
  const text = `@ /sys/kernel/debug/gcov/cache/obj/drivers/pci/p2pdma.gcda\n${Buffer.from('one').toString('base64')}\n@ /sys/kernel/debug/gcov/x/pci/pci.gcda\nAAAA\n`;
  const found = parseCounts(text, ['drivers/pci/p2pdma.gcda', 'mm/memremap.gcda']);
  t.deepEqual([...found.keys()], ['drivers/pci/p2pdma.gcda']);
  t.is(found.get('drivers/pci/p2pdma.gcda')?.toString(), 'one');
});

test('a line is reached when any scenario reaches it, and so is a branch', (t) => {
  const sum = new Map<number, LineCount>();
  addCounts(sum, [gcov(1, 1, [1, 0]), gcov(2, 0)]);
  addCounts(sum, [gcov(1, 2, [0, 2]), gcov(2, 0)]);
  t.deepEqual(sum.get(1), { line: 1, fn: 'f', count: 3, branches: [1, 2] });
  t.is(sum.get(2)?.count, 0);
});

const lines: LineCount[] = [
  { line: 1, fn: 'f', count: 3, branches: [1, 0] },
  { line: 2, fn: 'f', count: 0, branches: [] },
  { line: 3, fn: 'g', count: 0, branches: [] },
];

test('an unreached line is explained by its function, or by what it says', (t) => {
  const rows = [
    { file: 'a.c', fn: 'f', text: '-ENOMEM', why: 'no memory' },
    { file: 'b.c', fn: 'g', why: 'another file' },
  ];
  const {
    lines: reached,
    branches,
    unreached,
  } = reportOf({ file: 'a.c', lines }, ['x', ' r = -ENOMEM;', 'z'], rows);
  t.deepEqual(
    [reached, branches],
    [
      { reached: 1, total: 3 },
      { reached: 1, total: 2 },
    ],
  );
  t.deepEqual(
    unreached.map(({ line, why }) => [line, why]),
    [
      [2, 'no memory'],
      [3, null],
    ],
  );
});

test('the table names every unreached line and counts those that nobody explained', (t) => {
  const table = coverageTable([reportOf({ file: 'a.c', lines }, ['x', 'y', 'z'], [])]);
  t.regex(table, /a\.c +lines +33\.3 % \(1 of 3\) +branches +50\.0 % +unexplained 2/);
  t.regex(table, / 2 f +y\n +3 g +z/);
});

test('of a file that has more in it only the functions under test are counted, and it says so', (t) => {
  const parts = { 'a.c': { part: 'the CMB', functions: ['g'] } };
  const report = reportOf({ file: 'a.c', lines }, ['x', 'y', 'z'], [], parts);
  t.is(report.file, 'a.c (the CMB)');
  t.deepEqual(report.lines, { reached: 0, total: 1 });
  t.deepEqual(
    report.unreached.map(({ line }) => line),
    [3],
  );
});
