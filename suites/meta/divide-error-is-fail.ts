import { crashScenario } from '../../src/suite/crash.js';

export default crashScenario('a division by zero is a FAIL that names the function', {
  crash: 'DIVIDE',
  needs: ['more-crashes'],
  declares: { outcome: 'FAIL', says: /divide error in lkdtm_DIVIDE/ },
});
