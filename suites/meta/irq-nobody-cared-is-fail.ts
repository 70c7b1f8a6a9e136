import { crashScenario } from '../../src/suite/crash.js';

export default crashScenario('an interrupt that nobody handles is a FAIL', {
  crash: 'IRQ_UNHANDLED',
  needs: ['more-crashes'],
  logs: /Disabling IRQ/,
  declares: { outcome: 'FAIL', says: /nobody cared/ },
});
