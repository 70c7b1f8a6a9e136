import { crashScenario } from '../../src/suite/crash.js';

export default crashScenario(
  'a lock still held on the way back to user space is a FAIL that names the function',
  {
    crash: 'SPINLOCKUP',
    declares: { outcome: 'FAIL', says: /lock held when returning to user space in lkdtm_SPINLOCKUP/ },
  },
);
