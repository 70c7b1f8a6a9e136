import { crashScenario } from '../../src/suite/crash.js';

export default crashScenario('a page that a process never gave back is a FAIL', {
  crash: 'PAGE_COUNTER',
  needs: ['more-crashes'],
  declares: { outcome: 'FAIL', says: /Bad rss-counter state/ },
});
