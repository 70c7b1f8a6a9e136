import { seeded } from '../../src/suite/crash.js';
import { cells } from '../../src/suite/scenario.js';

// What may be done only under a lock, or only without one.
export default cells({
  'rcu-usage': seeded(
    'a pointer read without its RCU lock',
    'RCU_USAGE',
    /suspicious RCU usage in lkdtm_RCU_USAGE/,
  ),
  'may-wait': seeded(
    'a function that may wait, under a spinlock,',
    'SLEEP_ATOMIC',
    /invalid context in lkdtm_SLEEP_ATOMIC/,
  ),
  schedule: seeded(
    'a task that schedules with preemption off',
    'SCHEDULE_ATOMIC',
    /scheduling while atomic in lkdtm_SCHEDULE_ATOMIC/,
  ),
  'cpu-number': seeded(
    'a CPU number asked for by a task that may move',
    'PREEMPT_ID',
    /preemptible code in lkdtm_PREEMPT_ID/,
  ),
  softirq: seeded(
    'a softirq that leaves preemption off',
    'SOFTIRQ_PREEMPT',
    /softirq left preempt count unbalanced/,
    { logs: /huh, entered softirq/ },
  ),
  work: seeded(
    'a work item that returns with a lock held',
    'WORK_KEEPS_LOCK',
    /workqueue leaked .* in keep_first/,
  ),
});
