import { crashScenario } from '../../src/suite/crash.js';

export default crashScenario('a reference taken from zero is a FAIL that names the function', {
  crash: 'REFCOUNT_INC_ZERO',
  declares: { outcome: 'FAIL', says: /refcount bug in lkdtm_REFCOUNT_INC_ZERO/ },
});
