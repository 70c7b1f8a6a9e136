import { crashScenario } from '../../src/suite/crash.js';

export default crashScenario('a corrupted list is a FAIL that names the function', {
  crash: 'CORRUPT_LIST_DEL',
  declares: { outcome: 'FAIL', says: /corrupted list in lkdtm_CORRUPT_LIST_DEL/ },
});
