import { readWhileItComesAndGoes } from '../../src/suite/attributes.js';
import { scenario } from '../../src/suite/scenario.js';

export default scenario(
  "whoever reads the pool's attributes while the device comes and goes gets a number or learns that it is gone",
  {
    shape: 'cmb-switch',
    asks: ['guest-survives', 'refusals-are-exact', 'rebind-works'],
    covers: ['unbind', 'rebind', 'sysfs'],
    needs: ['p2pmem-allocate'],
  },
  (context) => readWhileItComesAndGoes(context, ['available', 'published'], 2),
);
