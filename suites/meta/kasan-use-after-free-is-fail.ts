import { crashScenario } from '../../src/suite/crash.js';

export default crashScenario('a KASAN use-after-free is a FAIL that names the function', {
  crash: 'READ_AFTER_FREE',
  declares: { outcome: 'FAIL', says: /KASAN: slab-use-after-free Read in lkdtm_READ_AFTER_FREE/ },
});
