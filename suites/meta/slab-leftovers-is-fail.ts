import { crashScenario } from '../../src/suite/crash.js';

export default crashScenario('a cache that is destroyed with objects in it is a FAIL that names the cache', {
  crash: 'SLAB_REMAINS',
  needs: ['more-crashes'],
  declares: { outcome: 'FAIL', says: /Objects remaining.*seeded/ },
});
