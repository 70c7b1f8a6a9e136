import test from 'ava';
import { notTold, silentReporters } from '../../src/suite/reporters.js';
import type { Loss } from '../../src/verdict/types.js';

const loss = (detail: string): Loss => ({ kind: 'reporter-off', detail, at: null });

test('a reporter that the kernel says is off is a loss', (t) => {
  const text = `== /proc/lockdep_stats
 lock-classes:                         1337 [max: 8192]
 debug_locks:                             0
== /proc/sys/kernel/hung_task_warnings
0
== /sys/kernel/debug/dma-api/disabled
Y
`;
  t.deepEqual(
    silentReporters(text).map(({ kind, detail }) => [kind, detail.split(' ')[0]]),
    [
      ['reporter-off', 'lockdep'],
      ['reporter-off', 'the'],
      ['reporter-off', 'DMA-API'],
    ],
  );
});

test('reporters that speak, or that the kernel lacks, are no loss', (t) => {
  const text = `== /proc/lockdep_stats
 debug_locks:                             1
== /proc/sys/kernel/hung_task_warnings
10
== /sys/kernel/debug/dma-api/disabled
`;
  t.deepEqual(silentReporters(text), []);
  t.deepEqual(silentReporters(''), []);
});

test('what the console tells of already is not told again', (t) => {
  const told = [loss('lockdep stops after its first report')];
  const later = [
    loss('lockdep is off at the end: it reports no more'),
    loss('DMA-API debugging is disabled at the end'),
  ];
  t.deepEqual(notTold(later, told), [later[1]]);
  t.deepEqual(notTold(later, []), later);
});
