import { crashScenario } from '../../src/suite/crash.js';

export default crashScenario('a page freed while somebody owns it is a FAIL that names the function', {
  crash: 'PAGE_STATE',
  needs: ['more-crashes'],
  declares: { outcome: 'FAIL', says: /Bad page state in lkdtm_PAGE_STATE/ },
});
