import { KiB, MiB, scenario } from '../../src/suite/scenario.js';

export default scenario(
  'every page returns to the pool when its owner is killed',
  {
    shape: 'cmb-switch',
    asks: ['pool-balances'],
    covers: ['pool', 'map'],
    needs: ['p2pmem-allocate'],
  },
  async ({ guest, expect }) => {
    const { cmb } = guest.devices;
    const baseline = await cmb.available();
    const size = await cmb.poolSize();
    const first = await guest.probe('p2pmem');
    const all = await first.map(cmb, 1 * MiB);
    const parts = await first.map(cmb, 64 * KiB);
    await all.fill(1);
    await parts.fill(2);
    expect('available while mapped', await cmb.available()).toBe(baseline - 1 * MiB - 64 * KiB);
    await first.end('SIGKILL');
    await expect('available afterwards', () => cmb.available()).toBecome(baseline);
    expect('the size of the pool', await cmb.poolSize()).toBe(size);
  },
);
