import { crashScenario } from '../../src/suite/crash.js';

export default crashScenario('memory freed with a held lock in it is a FAIL that names the function', {
  crash: 'LOCK_FREED',
  needs: ['more-crashes'],
  declares: { outcome: 'FAIL', says: /held lock freed in lkdtm_LOCK_FREED/ },
});
