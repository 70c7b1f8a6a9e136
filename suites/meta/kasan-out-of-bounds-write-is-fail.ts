import { crashScenario } from '../../src/suite/crash.js';

export default crashScenario('a KASAN out-of-bounds write is a FAIL that names the function', {
  crash: 'SLAB_LINEAR_OVERFLOW',
  declares: { outcome: 'FAIL', says: /KASAN: slab-out-of-bounds Write in lkdtm_SLAB_LINEAR_OVERFLOW/ },
});
