import { crashScenario } from '../../src/suite/crash.js';

export default crashScenario('a KASAN out-of-bounds read is a FAIL that names the function', {
  crash: 'READ_BEYOND',
  needs: ['more-crashes'],
  declares: { outcome: 'FAIL', says: /KASAN: slab-out-of-bounds Read in lkdtm_READ_BEYOND/ },
});
