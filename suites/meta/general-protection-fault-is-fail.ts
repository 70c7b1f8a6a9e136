import { crashScenario } from '../../src/suite/crash.js';

export default crashScenario('a general protection fault is a FAIL that names the function', {
  crash: 'EXCEPTION',
  declares: { outcome: 'FAIL', says: /general protection fault in lkdtm_EXCEPTION/ },
});
