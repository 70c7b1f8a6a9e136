import { crashScenario } from '../../src/suite/crash.js';

export default crashScenario('a fault in kernel memory is a FAIL that names the function', {
  crash: 'WRITE_RO',
  declares: { outcome: 'FAIL', says: /unable to handle kernel paging request in lkdtm_WRITE_RO/ },
});
