import test from 'ava';
import { falseAlarms, type Repeat, repeatsTable } from '../../bench/repeats-table.js';

const repeat = (key: string, seconds: number, more: Partial<Repeat> = {}): Repeat => ({
  kernel: { name: 'linux-6.12-kasan', key, release: '6.12.117' },
  run: 'r1',
  seed: 7,
  seconds,
  counts: { PASS: 80, DONE: 4, FAIL: 0, ERROR: 0, MISS: 0, SKIP: 2 },
  alarms: [],
  again: [],
  ...more,
});

test('repeats of a kernel add up, and another build is another kernel', (t) => {
  const [first, second] = repeatsTable([
    repeat('aa', 300),
    repeat('aa', 280),
    repeat('aa', 290),
    repeat('bb', 1),
  ]).split('\n');
  t.is(
    first,
    'linux-6.12-kasan 6.12.117 (aa): 3 repeats, 252 answers as they should be, 0 false alarms, 0 asked twice, median 290 s',
  );
  t.regex(second ?? '', /\(bb\): 1 repeats/);
});

test('a false alarm is named with its run and seed, and counts', (t) => {
  const alarm = { id: 'a/b', outcome: 'MISS', headline: 'no answer', attempts: 2 } as const;
  const one = repeat('aa', 300, { alarms: [alarm], again: [alarm] });
  t.is(falseAlarms([one, repeat('aa', 1)]), 1);
  t.regex(
    repeatsTable([one]),
    /1 false alarms, 1 asked twice[\s\S]*\n {2}MISS a\/b \(run r1, seed 7\): no answer\n$/,
  );
});
