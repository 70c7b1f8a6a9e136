import { crashScenario } from '../../src/suite/crash.js';

export default crashScenario('a spinlock that was overwritten is a FAIL that names the function', {
  crash: 'SPIN_MAGIC',
  needs: ['more-crashes'],
  declares: { outcome: 'FAIL', says: /spinlock bad magic in lkdtm_SPIN_MAGIC/ },
});
