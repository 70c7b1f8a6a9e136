import { crashScenario } from '../../src/suite/crash.js';

export default crashScenario('an invalid opcode is a FAIL that names the function', {
  crash: 'OPCODE',
  needs: ['more-crashes'],
  declares: { outcome: 'FAIL', says: /invalid opcode in lkdtm_OPCODE/ },
});
