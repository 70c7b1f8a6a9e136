import { crashScenario } from '../../src/suite/crash.js';

export default crashScenario(
  'a lock taken both with interrupts on and in one is a FAIL that names the function',
  {
    crash: 'LOCK_INCONSISTENT',
    needs: ['more-crashes'],
    declares: { outcome: 'FAIL', says: /inconsistent lock state in take_busy/ },
  },
);
