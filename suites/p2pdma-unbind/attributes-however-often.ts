import { readWhileItComesAndGoes } from '../../src/suite/attributes.js';
import { scenario } from '../../src/suite/scenario.js';

export default scenario(
  "no reader of the pool's attributes meets a pool that is being freed, however often the device comes and goes",
  {
    shape: 'cmb-switch',
    asks: ['guest-survives', 'refusals-are-exact', 'rebind-works'],
    covers: ['unbind', 'rebind', 'sysfs'],
    tags: ['nightly'],
    needs: ['p2pmem-allocate'],
  },
  (context) => readWhileItComesAndGoes(context, ['available', 'size', 'available'], 12),
);
