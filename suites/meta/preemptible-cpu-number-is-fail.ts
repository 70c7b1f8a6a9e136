import { crashScenario } from '../../src/suite/crash.js';

export default crashScenario(
  'a CPU number asked for by a task that may move is a FAIL that names the function',
  {
    crash: 'PREEMPT_ID',
    needs: ['more-crashes'],
    declares: { outcome: 'FAIL', says: /smp_processor_id\(\) in preemptible code in lkdtm_PREEMPT_ID/ },
  },
);
