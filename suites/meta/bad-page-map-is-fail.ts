import { crashScenario } from '../../src/suite/crash.js';

export default crashScenario('a page table entry that points nowhere is a FAIL that names the function', {
  crash: 'PAGE_MAP',
  needs: ['more-crashes'],
  declares: { outcome: 'FAIL', says: /Bad page map in lkdtm_PAGE_MAP/ },
});
