import { crashScenario } from '../../src/suite/crash.js';

export default crashScenario('a KASAN write after free is a FAIL that names the function', {
  crash: 'WRITE_AFTER_FREE',
  declares: { outcome: 'FAIL', says: /KASAN: slab-use-after-free Write in lkdtm_WRITE_AFTER_FREE/ },
});
