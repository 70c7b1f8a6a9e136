import { KiB, scenario } from '../../src/suite/scenario.js';

export default scenario(
  'a read into device memory and ordinary memory behind it that is not there yet lands where it belongs',
  {
    shape: 'cmb-switch',
    asks: ['data-arrives', 'pool-balances'],
    covers: ['io', 'gup'],
    needs: ['p2pmem-allocate'],
  },
  async ({ guest, expect }) => {
    const { cmb, disk } = guest.devices;
    const available = await cmb.available();
    const owner = await guest.probe('p2pmem');
    const source = await owner.ram(16 * KiB);
    await source.fill(1);
    await expect(owner.write(disk, source)).toSucceed();
    const whole = await owner.ram(16 * KiB); // nobody has touched it: it has no pages
    const page = await owner.map(cmb, 4 * KiB, { address: whole.area.address, fixed: true });
    await page.fill(2);
    // the fast path of GUP has the front alone, and the slow one goes on where it ended (mm/gup.c:gup_fast_fallback)
    await expect(owner.read(disk, whole)).toSucceed();
    whole.expectSeed(source.seed);
    await expect(whole).toBeIntact();
    await owner.unmap(page);
    expect('available afterwards', await cmb.available(), 'pool-balances').toBe(available);
  },
);
