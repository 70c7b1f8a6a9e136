import { crashScenario } from '../../src/suite/crash.js';

export default crashScenario('a hard lockup is a FAIL that names the function', {
  crash: 'HARDLOCKUP',
  set: { '/proc/sys/kernel/watchdog_thresh': '3' },
  logs: /hard LOCKUP/,
  declares: { outcome: 'FAIL', says: /hard lockup in / },
});
