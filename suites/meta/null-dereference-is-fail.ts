import { crashScenario } from '../../src/suite/crash.js';

export default crashScenario('a NULL dereference is a FAIL that names the function', {
  crash: 'EXEC_NULL',
  declares: { outcome: 'FAIL', says: /NULL pointer dereference in execute_location/ },
});
