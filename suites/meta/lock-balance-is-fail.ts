import { crashScenario } from '../../src/suite/crash.js';

export default crashScenario('a lock given back that is not held is a FAIL that names the function', {
  crash: 'LOCK_UNBALANCED',
  needs: ['more-crashes'],
  declares: { outcome: 'FAIL', says: /bad unlock balance in lkdtm_LOCK_UNBALANCED/ },
});
