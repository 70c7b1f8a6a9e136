import { crashScenario } from '../../src/suite/crash.js';

export default crashScenario('a lock checker that gave up is a MISS: what it did not see is not proven', {
  crash: 'LOCK_TOO_DEEP',
  needs: ['more-crashes'],
  declares: { outcome: 'MISS', says: /MAX_LOCK_DEPTH too low|lockdep/ },
});
