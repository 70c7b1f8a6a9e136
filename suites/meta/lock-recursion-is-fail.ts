import { crashScenario } from '../../src/suite/crash.js';

export default crashScenario('a lock taken twice is a FAIL that names the function', {
  crash: 'LOCK_RECURSIVE',
  needs: ['more-crashes'],
  declares: { outcome: 'FAIL', says: /possible deadlock in lkdtm_LOCK_RECURSIVE/ },
});
