import { crashScenario } from '../../src/suite/crash.js';

export default crashScenario('a BUG is a FAIL that names the function', {
  crash: 'BUG',
  declares: { outcome: 'FAIL', says: /kernel BUG in lkdtm_BUG/ },
});
