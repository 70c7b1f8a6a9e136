import { KiB, scenario } from '../../src/suite/scenario.js';

export default scenario(
  'a probe that never answers is an ERROR that names the probe and the request',
  {
    shape: 'cmb-switch',
    asks: ['guest-survives'],
    covers: ['probe'],
    declares: { outcome: 'ERROR', says: /gave up waiting for probe p2pmem to answer anon/ },
  },
  async ({ guest }) => {
    const owner = await guest.probe('p2pmem');
    await guest.run(['killall', '-STOP', 'p2pmem']);
    await owner.probe.anon(4 * KiB, { deadlineMs: 1000 });
  },
);
