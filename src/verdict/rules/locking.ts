import type { Blame, Rule, RuleTable } from './rule.js';

const trace = (...skip: RegExp[]): Blame => ({ from: ['trace'], skip });

const locking = (id: string, start: RegExp, title: string, blame: Blame, more: Partial<Rule> = {}): Rule => ({
  id,
  family: 'locking',
  words: ['BUG: '],
  start,
  class: 'LOCKDEP',
  title,
  blame,
  stack: true,
  ...more,
});

const sleeps = /schedule|^__?cond_resched|^wait_|^io_schedule|preempt|^__wait|^msleep|^usleep/;

// kernel/locking/spinlock_debug.c: spin_dump, rwlock_bug; kernel/sched/core.c: __schedule_bug, __might_resched;
// lib/smp_processor_id.c: check_preemption_disabled; kernel/workqueue.c: process_one_work.
export const lockings: RuleTable = [
  locking(
    'spinlock',
    /BUG: spinlock (?<kind>[a-z ]+|wrong CPU|trylock failure on UP) on CPU#/,
    'BUG: spinlock {kind} in {fn}',
    trace(/spin_|rq_lock|_lock$/),
  ),
  locking(
    'rwlock',
    /BUG: rwlock (?<kind>[a-z ]+|wrong CPU|trylock failure on UP) on CPU#/,
    'BUG: rwlock {kind} in {fn}',
    trace(/rwlock|_lock/),
  ),
  locking('atomic', /BUG: scheduling while atomic/, 'BUG: scheduling while atomic in {fn}', trace(sleeps), {
    class: 'ATOMIC_SLEEP',
  }),
  locking(
    'sleeping',
    /BUG: sleeping function called from invalid context at/,
    'BUG: sleeping function called from invalid context in {fn}',
    trace(),
    {
      class: 'ATOMIC_SLEEP',
    },
  ),
  locking(
    'assuming',
    /BUG: assuming (?<what>atomic|non migratable) context at/,
    'BUG: assuming {what} context in {fn}',
    trace(),
    { class: 'ATOMIC_SLEEP' },
  ),
  locking(
    'non-block',
    /BUG: scheduling in a non-blocking section/,
    'BUG: scheduling in a non-blocking section in {fn}',
    trace(sleeps),
    {
      class: 'ATOMIC_SLEEP',
    },
  ),
  locking(
    'this-cpu',
    /BUG: using (?<what>\w+\(\)) in preemptible/,
    'BUG: using {what} in preemptible code in {fn}',
    trace(/preemption|preempt|smp_processor_id/),
  ),
  locking(
    'work-leak',
    /BUG: workqueue leaked (?<what>lock or atomic|atomic, lock or RCU)/,
    'BUG: workqueue leaked {what} in {fn}',
    {
      from: ['line'],
      at: /(?:last function: |workfn=)(?<fn>[A-Za-z_$][\w$]*)/,
    },
    { class: 'LOCKDEP', stack: false },
  ),
  locking(
    'softirq',
    /huh, entered softirq \d+ \S+ \S*?(?<fn>[A-Za-z_]\w*)?\S* with preempt_count/,
    'softirq left preempt count unbalanced',
    { from: ['header'] },
    {
      words: ['entered softirq'],
      class: 'ATOMIC_SLEEP',
      stack: false,
      bare: 'softirq left preempt count unbalanced',
    },
  ),
];
