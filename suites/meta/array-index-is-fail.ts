import { crashScenario } from '../../src/suite/crash.js';

export default crashScenario('an array index out of bounds is a FAIL that names the function', {
  crash: 'ARRAY_BOUNDS',
  declares: { outcome: 'FAIL', says: /array-index-out-of-bounds in lkdtm_ARRAY_BOUNDS/ },
});
