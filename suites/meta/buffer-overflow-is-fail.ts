import { crashScenario } from '../../src/suite/crash.js';

export default crashScenario('a copy beyond the end of a buffer is a FAIL that names the function', {
  crash: 'FORTIFY_MEM_MEMBER',
  declares: { outcome: 'FAIL', says: /buffer overflow detected in lkdtm_FORTIFY_MEM_MEMBER/ },
});
