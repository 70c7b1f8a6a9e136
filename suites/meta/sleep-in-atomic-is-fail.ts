import { crashScenario } from '../../src/suite/crash.js';

export default crashScenario(
  'a function that may sleep, called under a spinlock, is a FAIL that names the function',
  {
    crash: 'SLEEP_ATOMIC',
    needs: ['more-crashes'],
    declares: {
      outcome: 'FAIL',
      says: /sleeping function called from invalid context in lkdtm_SLEEP_ATOMIC/,
    },
  },
);
