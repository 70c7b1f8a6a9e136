import { crashScenario } from '../../src/suite/crash.js';

export default crashScenario('a DMA mapping given back with another size is a FAIL that names the function', {
  crash: 'DMA_SIZE',
  needs: ['more-crashes'],
  declares: { outcome: 'FAIL', says: /DMA-API bug in lkdtm_DMA_SIZE/ },
});
