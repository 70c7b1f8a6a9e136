import { KiB, scenario } from '../../src/suite/scenario.js';

const p2pdma = 1 << 10; // FOLL_PCI_P2PDMA

export default scenario(
  'a range of ordinary and then device memory gives GUP the ordinary part only, and nothing leaks',
  {
    shape: 'cmb-switch',
    asks: ['refusals-are-exact', 'pool-balances'],
    covers: ['gup', 'gup-test'],
    needs: ['p2pmem-allocate', 'gup-test'],
  },
  async ({ guest, expect }) => {
    const { cmb } = guest.devices;
    const available = await cmb.available();
    const owner = await guest.probe('p2pmem');
    const ram = await owner.ram(16 * KiB);
    await ram.fill(1);
    const page = await owner.map(cmb, 4 * KiB, { address: ram.area.address + 4096n, fixed: true });
    await page.fill(2);
    const calls = ['get_user_pages', 'get_user_pages_fast', 'pin_user_pages', 'pin_user_pages_fast'] as const;
    for (const call of calls) {
      // Pages: ram, device, ram, ram. Two at a time: of the first two only one is to be had, so it ends there.
      const seen = await owner.take(call, ram, { batch: 2 });
      expect(`pages walked by ${call}`, seen.errno ?? seen.result ?? null).toBe(2);
      const all = await owner.take(call, ram, { batch: 2, flags: p2pdma });
      expect(`pages walked by ${call} with the flag`, all.errno ?? all.result ?? null).toBe(4);
      const none = await owner.take(call, ram.part(4 * KiB, 12 * KiB), { batch: 3 });
      expect(`pages from the device page on, by ${call}`, none.errno ?? none.result ?? null).toBe(0);
    }
    await expect(page).toBeIntact();
    await expect(ram.part(0, 4 * KiB)).toBeIntact();
    await owner.unmap(page);
    await expect('available afterwards', () => cmb.available(), 'pool-balances').toBecome(available);
  },
);
