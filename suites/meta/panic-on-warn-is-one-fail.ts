import { crashScenario } from '../../src/suite/crash.js';

export default crashScenario('a WARN that panics the kernel is one FAIL, named by the WARN', {
  crash: 'WARNING',
  set: { '/proc/sys/kernel/panic_on_warn': '1' },
  logs: /this line never comes/,
  declares: { outcome: 'FAIL', says: /WARNING in lkdtm_WARNING, then .*panic_on_warn/ },
});
