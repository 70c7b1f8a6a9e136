import { crashScenario } from '../../src/suite/crash.js';

export default crashScenario('a shift by more bits than there are is a FAIL that names the function', {
  crash: 'SHIFT',
  needs: ['more-crashes'],
  declares: { outcome: 'FAIL', says: /shift-out-of-bounds in lkdtm_SHIFT/ },
});
