import { crashScenario } from '../../src/suite/crash.js';

export default crashScenario('a task that schedules with preemption off is a FAIL that names the function', {
  crash: 'SCHEDULE_ATOMIC',
  needs: ['more-crashes'],
  declares: { outcome: 'FAIL', says: /scheduling while atomic in lkdtm_SCHEDULE_ATOMIC/ },
});
