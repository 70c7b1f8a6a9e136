import type { Blame, Rule, RuleTable } from './rule.js';

const stalled: Blame = { from: ['interrupted'], pick: 'stall', skip: [/apic_timer_interrupt|rcu/] };

const stall = (
  id: string,
  words: string[],
  start: RegExp,
  title: string,
  blame: Blame | undefined,
  more: Partial<Rule> = {},
): Rule => ({
  id,
  family: 'stall',
  words,
  start,
  class: 'HANG',
  title,
  ...(blame === undefined ? {} : { blame }),
  ...more,
});

// kernel/hung_task.c: check_hung_task; kernel/watchdog.c; kernel/rcu/tree_stall.h, tree_exp.h, tasks.h;
// kernel/workqueue.c: wq_watchdog_timer_fn; kernel/smp.c: csd_lock_wait_toolong; kernel/irq/spurious.c.
export const stalls: RuleTable = [
  stall(
    'hung-task',
    ['blocked for more', 'blocked in I/O'],
    /INFO: task \S.*? blocked (?:in I\/O wait )?for more than \d+ seconds/,
    'INFO: task hung in {fn}',
    // 32-bit ARM prints a task's stack without a head.
    { from: ['trace', 'headless'], pick: 'hang' },
    {
      stack: true,
    },
  ),
  stall(
    'undead-task',
    ["can't die for"],
    /INFO: task \S.*? can't die for more than \d+ seconds/,
    "INFO: task can't die in {fn}",
    { from: ['trace'], skip: [/schedule/] },
    {
      stack: true,
    },
  ),
  stall(
    'soft-lockup',
    ['soft lockup'],
    /BUG: soft lockup/,
    'BUG: soft lockup in {fn}',
    { from: ['pointer', 'trace'], pick: 'stall' },
    { stack: true },
  ),
  stall(
    'hard-lockup',
    ['hard LOCKUP', 'hard lockup'],
    /(?:CPU\d+: )?Watchdog detected hard LOCKUP on cpu/i,
    'BUG: hard lockup in {fn}',
    { from: ['pointer', 'trace'], pick: 'stall' },
    {
      bare: 'BUG: hard lockup',
      not: /Kernel panic/,
    },
  ),
  stall(
    'rcu',
    ['INFO: rcu'],
    /INFO: rcu_\w+ (?:self-)?detected(?: expedited)? stalls? on/,
    'INFO: rcu detected stall in {fn}',
    stalled,
    { stack: true },
  ),
  stall(
    'rcu-starved',
    ['kthread starved', 'timer wakeup didn'],
    /rcu_\w+ kthread (?:starved for|timer wakeup didn't happen for)/,
    'INFO: rcu kthread starved',
    undefined,
    {
      joins: ['stall'],
    },
  ),
  stall('workqueue', ['workqueue lockup'], /BUG: workqueue lockup/, 'BUG: workqueue lockup', undefined),
  stall(
    'csd',
    ['CSD lock'],
    /csd: (?:Detected|Re-detected|Continued) non-responsive CSD lock/,
    'non-responsive CSD lock',
    undefined,
  ),
  stall(
    'netdev-wait',
    ['unregister_netdevice: w'],
    /unregister_netdevice: waiting for .* to become free/,
    'unregister_netdevice: waiting for DEV to become free',
    undefined,
  ),
  stall(
    'tx-timeout',
    ['NETDEV WATCHDOG'],
    /NETDEV WATCHDOG: (?:CPU: \d+: |\S+ \(\S*\): )transmit queue \d+ timed out/,
    'NETDEV WATCHDOG: transmit queue timed out',
    undefined,
    {
      family: 'lead',
      lead: 'named',
      joins: ['warn'],
    },
  ),
  // mm/page_alloc.c: warn_alloc_stall (7.3).
  stall(
    'allocation',
    ['page allocation stall'],
    /\S+: page allocation stall for \d+ secs/,
    'page allocation stall in {fn}',
    { from: ['trace'] },
    { bare: 'page allocation stall' },
  ),
  stall('irq-off', ['Disabling IRQ #'], /Disabling IRQ #\d+/, 'irq: nobody cared', undefined, {
    class: 'IRQ',
    joins: ['stall'],
  }),
  stall('irq-nobody', ['nobody cared'], /irq \d+: nobody cared/, 'irq: nobody cared', undefined, {
    class: 'IRQ',
  }),
  stall(
    'spin-lockup',
    ['spinlock lockup', 'rwlock-lockup'],
    /BUG: spinlock lockup on CPU/,
    'BUG: spinlock lockup suspected in {fn}',
    { from: ['trace'] },
  ),
];
