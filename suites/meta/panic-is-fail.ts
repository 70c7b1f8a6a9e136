import { crashScenario } from '../../src/suite/crash.js';

export default crashScenario('a panic is a FAIL, and the guest is not waited for', {
  crash: 'PANIC',
  logs: /this line never comes/,
  declares: { outcome: 'FAIL', says: /panic: dumptest/ },
});
