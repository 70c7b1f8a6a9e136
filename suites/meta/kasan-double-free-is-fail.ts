import { crashScenario } from '../../src/suite/crash.js';

export default crashScenario('a KASAN double free is a FAIL that names the function', {
  crash: 'SLAB_FREE_DOUBLE',
  declares: { outcome: 'FAIL', says: /KASAN: invalid-free in lkdtm_SLAB_FREE_DOUBLE/ },
});
