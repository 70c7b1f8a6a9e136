import { crashScenario } from '../../src/suite/crash.js';

export default crashScenario('a stack that grows into its guard page is a FAIL', {
  crash: 'EXHAUST_STACK',
  declares: { outcome: 'FAIL', says: /stack guard page was hit in |double fault in / },
});
