import { crashScenario } from '../../src/suite/crash.js';

export default crashScenario(
  'a copy to user space that leaves its object is a FAIL that names the function',
  {
    crash: 'USERCOPY_SLAB_SIZE_TO',
    declares: { outcome: 'FAIL', says: /bad usercopy in do_usercopy_slab_size/ },
  },
);
