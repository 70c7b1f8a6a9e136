import { mixedToItself } from '../../src/suite/mixed.js';
import { scenario } from '../../src/suite/scenario.js';

export default scenario(
  'one request that mixes a CMB and ordinary memory is carried out by its device, or moves nothing',
  {
    shape: 'cmb-switch',
    asks: ['refusals-are-exact', 'data-arrives'],
    covers: ['io', 'gup', 'iov'],
    needs: ['p2pmem-allocate'],
  },
  mixedToItself,
);
