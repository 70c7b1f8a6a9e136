import { crashScenario } from '../../src/suite/crash.js';

export default crashScenario('a reference given back twice is a FAIL', {
  crash: 'PERCPU_UNDERFLOW',
  needs: ['more-crashes'],
  logs: /end trace/,
  declares: { outcome: 'FAIL', says: /WARNING in percpu_ref_switch_to_atomic_rcu/ },
});
