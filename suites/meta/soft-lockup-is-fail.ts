import { crashScenario } from '../../src/suite/crash.js';

export default crashScenario('a soft lockup is a FAIL that names the function', {
  crash: 'SOFTLOCKUP',
  set: { '/proc/sys/kernel/watchdog_thresh': '3' },
  logs: /soft lockup/,
  declares: { outcome: 'FAIL', says: /soft lockup in / },
});
