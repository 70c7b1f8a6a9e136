import type { Blame, Rule, RuleTable } from './rule.js';

const at = String.raw`(?:.*\n){0,12}?.*?\bat:\s+(?:\[<[0-9a-f]+>\] +)?(?<fn>[A-Za-z_$][\w$]*)`;
const where = (marker: string): Blame => ({ from: ['line', 'trace'], at: new RegExp(marker + at, 'm') });
const waits: Blame = { ...where('is trying to acquire lock'), exact: true };
/** Where the lock is taken that closes the circle, else where the other one was. */
const circle: Blame = {
  from: ['line', 'trace'],
  at: new RegExp(`is trying to acquire lock${at}(?:${at.replace('<fn>', '<fn2>')})?`, 'm'),
  // Locks of work items: any deadlock seen there is their owners'.
  skip: [/^process_one_work$|^flush_workqueue|^(?:drain|destroy)_workqueue/],
};

const lockdep = (id: string, what: string, title: string, blame: Blame, more: Partial<Rule> = {}): Rule => ({
  id,
  family: 'lockdep',
  words: ['WARNING: ', 'INFO: ', 'BUG: '],
  start: new RegExp(`(?:WARNING|INFO|BUG): ${what}`),
  class: 'LOCKDEP',
  title,
  blame,
  stack: true,
  ...more,
});

const rcuNoise = /rcu|kmem|slab|k[mzc]?alloc|vmalloc|^dev_|lockdep/;

// kernel/locking/lockdep.c, by the function that prints it. Old kernels wrote INFO: or BUG: in brackets.
export const lockdeps: RuleTable = [
  lockdep('circular', 'possible circular locking dependency detected', 'possible deadlock in {fn}', circle),
  lockdep('recursive', 'possible recursive locking detected', 'possible deadlock in {fn}', waits),
  lockdep('inversion', 'possible irq lock inversion dependency detected', 'possible deadlock in {fn}', {
    ...where('just changed the state of lock'),
    exact: true,
  }),
  lockdep(
    'unsafe',
    String.raw`[\w-]+-safe -> [\w-]+-unsafe lock order detected`,
    'possible deadlock in {fn}',
    {
      from: ['frames', 'line'],
      after: /which became [\w-]+-irq-safe at/m,
      at: waits.at as RegExp,
    },
  ),
  lockdep('inconsistent', 'inconsistent lock state', 'inconsistent lock state in {fn}', {
    ...where(String.raw`\btakes:?`),
    from: ['trace', 'line'],
  }),
  lockdep(
    'rcu-usage',
    'suspicious RCU usage',
    'WARNING: suspicious RCU usage in {fn}',
    { from: ['trace'], skip: [rcuNoise] },
    {
      start: /WARNING: suspicious RCU usage/,
    },
  ),
  lockdep('rcu-usage-old', 'suspicious RCU usage', 'INFO: suspicious RCU usage in {fn}', {
    from: ['trace'],
    skip: [rcuNoise],
  }),
  lockdep(
    'unlock',
    'bad unlock balance detected!',
    '{level}: bad unlock balance in {fn}',
    where('is trying to release lock'),
    {
      start: /(?<level>WARNING|BUG): bad unlock balance detected!/,
    },
  ),
  lockdep(
    'freed',
    'held lock freed!',
    '{level}: held lock freed in {fn}',
    { from: ['line', 'trace'], at: new RegExp(`held lock freed!${at}`, 'm'), exact: true },
    {
      start: /(?<level>WARNING|BUG): held lock freed!/,
    },
  ),
  lockdep(
    'still-held',
    'still has locks held',
    '{level}: still has locks held in {fn}',
    { from: ['line', 'trace'], at: new RegExp(`still has locks held!${at}`, 'm'), exact: true },
    {
      start: /(?<level>WARNING|BUG): \S.{0,60}\/\d+ still has locks held!/,
    },
  ),
  lockdep(
    'to-user',
    'lock held when returning to user space',
    '{level}: lock held when returning to user space in {fn}',
    {
      from: ['line'],
      exact: true,
      at: new RegExp(`leaving the kernel with locks still held${at}`, 'm'),
    },
    { start: /(?<level>WARNING|BUG): lock held when returning to user space/, stack: false },
  ),
  lockdep('wait-context', 'Invalid wait context', 'WARNING: locking bug in {fn}', { from: ['trace'] }),
  lockdep('nested', 'Nested lock was not taken', 'WARNING: nested lock was not taken in {fn}', waits),
  lockdep(
    'contention',
    'bad contention detected!',
    'WARNING: bad contention in {fn}',
    where('is trying to contend lock'),
  ),
  lockdep('collision', 'chain_key collision', 'WARNING: chain_key collision', { from: [] }, { stack: false }),
  lockdep(
    'non-static',
    'trying to register non-static key',
    'INFO: trying to register non-static key in {fn}',
    {
      from: ['trace'],
      skip: [/stack|lock|IRQ/],
    },
  ),
  lockdep(
    'key',
    String.raw`key \S+ (?:has not been registered!|not in \.data!)`,
    'BUG: lockdep key not registered in {fn}',
    { from: ['trace'] },
    { absorbs: ['warn', 'lead'] }, // DEBUG_LOCKS_WARN_ON follows, and has the stack
  ),
];
