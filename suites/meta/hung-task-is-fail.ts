import { crashScenario } from '../../src/suite/crash.js';

export default crashScenario('a hung task is a FAIL that names it', {
  crash: 'HUNG_TASK',
  set: { '/proc/sys/kernel/hung_task_timeout_secs': '4' },
  logs: /blocked for more than/,
  declares: { outcome: 'FAIL', says: /task hung in lkdtm_HUNG_TASK/ },
});
