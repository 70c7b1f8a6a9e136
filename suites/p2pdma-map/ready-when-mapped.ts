import { KiB, scenario } from '../../src/suite/scenario.js';

export default scenario(
  'a populated or locked mapping is accepted, for its pages are all there, and mlock cannot have them',
  {
    shape: 'cmb-switch',
    asks: ['refusals-are-exact', 'pool-balances'],
    covers: ['map', 'gup'],
    needs: ['p2pmem-allocate'],
  },
  async ({ guest, expect }) => {
    const { cmb } = guest.devices;
    const available = await cmb.available();
    const owner = await guest.probe('p2pmem');
    for (const how of [{ populate: true }, { locked: true }]) {
      const buffer = await owner.map(cmb, 16 * KiB, how);
      await buffer.fill(1);
      await expect(buffer).toBeIntact();
      await owner.unmap(buffer);
      expect('available after unmapping', await cmb.available(), 'pool-balances').toBe(available);
    }
    const buffer = await owner.map(cmb, 16 * KiB);
    await buffer.fill(2);
    // mlock populates: GUP without the flag that allows these pages (mm/gup.c:populate_vma_page_range).
    await expect(owner.tries('mlock', (probe) => probe.lock(buffer.area))).toFailWith('EREMOTEIO');
    await expect(owner.tries('mlockall', (probe) => probe.ask('mlockall'))).toSucceed();
    await expect(buffer).toBeIntact();
    await owner.unmap(buffer);
    expect('available in the end', await cmb.available(), 'pool-balances').toBe(available);
  },
);
