import { KiB, scenario } from '../../src/suite/scenario.js';

export default scenario(
  'a kernel that does nothing wrong is a PASS',
  {
    shape: 'cmb-switch',
    asks: ['guest-survives'],
    covers: ['splat'],
    declares: { outcome: 'PASS', says: /guest-survives held/ },
  },
  async ({ guest }) => {
    const owner = await guest.probe('p2pmem');
    await owner.ram(4 * KiB);
  },
);
