import { crashScenario } from '../../src/suite/crash.js';

export default crashScenario('a smashed stack is a FAIL that names the function', {
  crash: 'CORRUPT_STACK_STRONG',
  declares: { outcome: 'FAIL', says: /stack is corrupted in / },
});
