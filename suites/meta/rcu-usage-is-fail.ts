import { crashScenario } from '../../src/suite/crash.js';

export default crashScenario('a pointer read without its RCU lock is a FAIL that names the function', {
  crash: 'RCU_USAGE',
  needs: ['more-crashes'],
  declares: { outcome: 'FAIL', says: /suspicious RCU usage in lkdtm_RCU_USAGE/ },
});
