import { crash, seeded } from '../../src/suite/crash.js';
import { cells } from '../../src/suite/scenario.js';

// What does not get on. Soft lockups, RCU stalls and hung tasks have files of their own.
export default cells({
  'hard-lockup': crash('a CPU that takes no interrupts', 'HARDLOCKUP', /hard lockup in /, {
    set: { '/proc/sys/kernel/watchdog_thresh': '3' },
    logs: /hard LOCKUP/,
  }),
  workqueue: crash('a workqueue that does not get on', 'SOFTLOCKUP', /workqueue lockup/, {
    set: {
      '/proc/sys/kernel/soft_watchdog': '0',
      '/sys/module/workqueue/parameters/watchdog_thresh': '3',
    },
    logs: /workqueue lockup/,
  }),
  irq: seeded('an interrupt that nobody handles', 'IRQ_UNHANDLED', /nobody cared/, { logs: /Disabling IRQ/ }),
});
