import { KiB, scenario } from '../../src/suite/scenario.js';

export default scenario(
  'a probe that dies is an ERROR of the test, not of the kernel',
  {
    shape: 'cmb-switch',
    asks: ['guest-survives'],
    covers: ['probe'],
    declares: { outcome: 'ERROR', says: /probe p2pmem died: killed by SIGKILL/ },
  },
  async ({ guest }) => {
    const owner = await guest.probe('p2pmem');
    await owner.end('SIGKILL');
    await owner.ram(4 * KiB);
  },
);
