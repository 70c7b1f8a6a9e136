import { crashScenario } from '../../src/suite/crash.js';

export default crashScenario('a task that wrote past the end of its stack is a FAIL', {
  crash: 'STACK_END',
  needs: ['more-crashes'],
  declares: { outcome: 'FAIL', says: /corrupted stack end in lkdtm_STACK_END/ },
});
