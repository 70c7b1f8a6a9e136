import { crashScenario } from '../../src/suite/crash.js';

export default crashScenario('a WARN is a FAIL that names the function', {
  crash: 'WARNING',
  declares: { outcome: 'FAIL', says: /WARNING in lkdtm_WARNING/ },
});
