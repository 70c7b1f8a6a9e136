import { crashScenario } from '../../src/suite/crash.js';

export default crashScenario('a work item that returns with a lock held is a FAIL that names the function', {
  crash: 'WORK_KEEPS_LOCK',
  needs: ['more-crashes'],
  declares: { outcome: 'FAIL', says: /workqueue leaked .* in keep_first/ },
});
