import { crashScenario } from '../../src/suite/crash.js';

export default crashScenario('a lock that nobody initialised is a FAIL that names the function', {
  crash: 'LOCK_UNREGISTERED',
  needs: ['more-crashes'],
  declares: { outcome: 'FAIL', says: /non-static key in lkdtm_LOCK_UNREGISTERED/ },
});
