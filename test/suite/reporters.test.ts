import test from 'ava';
import { notTold, silentReporters } from '../../src/suite/reporters.js';
import type { Loss } from '../../src/verdict/types.js';

const loss = (detail: string): Loss => ({ kind: 'reporter-off', detail, at: null });

test('a reporter that the kernel says is off is a loss', (t) => {
  const texts = new Map([
    [
      '/proc/lockdep_stats',
      ' lock-classes:                  1337 [max: 8192]\n debug_locks:                      0\n',
    ],
    ['/proc/sys/kernel/hung_task_warnings', '0\n'],
    ['/sys/kernel/debug/dma-api/disabled', 'Y\n'],
  ]);
  t.deepEqual(
    silentReporters(texts).map(({ kind, detail }) => [kind, detail.split(' ')[0]]),
    [
      ['reporter-off', 'lockdep'],
      ['reporter-off', 'the'],
      ['reporter-off', 'DMA-API'],
    ],
  );
});

test('reporters that speak, or that the kernel lacks, are no loss', (t) => {
  const texts = new Map([
    ['/proc/lockdep_stats', ' debug_locks:                             1\n'],
    ['/proc/sys/kernel/hung_task_warnings', '10\n'],
    ['/sys/kernel/debug/dma-api/disabled', ''],
  ]);
  t.deepEqual(silentReporters(texts), []);
  t.deepEqual(silentReporters(new Map()), []);
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
