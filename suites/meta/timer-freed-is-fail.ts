import { crashScenario } from '../../src/suite/crash.js';

export default crashScenario('memory freed with a running timer in it is a FAIL that names the function', {
  crash: 'TIMER_FREED',
  needs: ['more-crashes'],
  declares: { outcome: 'FAIL', says: /ODEBUG bug in lkdtm_TIMER_FREED/ },
});
