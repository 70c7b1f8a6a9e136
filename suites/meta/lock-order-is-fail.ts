import { crashScenario } from '../../src/suite/crash.js';

export default crashScenario('locks taken in both orders are a FAIL that names the function', {
  crash: 'LOCK_CIRCULAR',
  needs: ['more-crashes'],
  declares: { outcome: 'FAIL', says: /possible deadlock in lkdtm_LOCK_CIRCULAR/ },
});
