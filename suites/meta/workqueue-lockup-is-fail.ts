import { crashScenario } from '../../src/suite/crash.js';

export default crashScenario('a workqueue that does not get on is a FAIL', {
  crash: 'SOFTLOCKUP',
  set: {
    '/proc/sys/kernel/soft_watchdog': '0',
    '/sys/module/workqueue/parameters/watchdog_thresh': '3',
  },
  logs: /workqueue lockup/,
  declares: { outcome: 'FAIL', says: /workqueue lockup/ },
});
