import { KiB, scenario } from '../../src/suite/scenario.js';

export default scenario(
  'processes that are killed while they map and unmap leave no page and no reference behind',
  {
    shape: 'cmb-switch',
    asks: ['pool-balances', 'unbind-finishes'],
    covers: ['map', 'pool', 'kill', 'unbind'],
    tags: ['race', 'nightly'],
    needs: ['p2pmem-allocate'],
  },
  async ({ guest, expect, random }) => {
    const { cmb } = guest.devices;
    const baseline = await cmb.available();
    const hoarder = await guest.probe('p2pmem');
    await hoarder.map(cmb, baseline - 64 * KiB);
    const crowd = await guest.probe('p2pmem');
    await crowd.openAllocate(cmb);
    for (let round = 0; round < 6; round += 1) {
      const seed = random.below(2 ** 31);
      const storm = { seed, processes: 3, rounds: 1_000_000, pages: 4, keep: 8 };
      await crowd.churnAndDie(cmb, storm, 64 * KiB);
      await expect(`available after kill ${round + 1}`, () => cmb.available()).toBecome(64 * KiB);
    }
    await hoarder.end('SIGKILL');
    await expect('available in the end', () => cmb.available()).toBecome(baseline);
    await expect(cmb.unbind(), 'unbind-finishes').toFinish(); // every reference has come back as well
  },
);
