import { KiB, scenario } from '../../src/suite/scenario.js';

export default scenario(
  'a core file has a hole where device memory was mapped',
  {
    shape: 'cmb-switch',
    asks: ['refusals-are-exact', 'pool-balances'],
    covers: ['gup', 'core'],
    needs: ['p2pmem-allocate'],
  },
  async ({ guest, expect }) => {
    const { cmb } = guest.devices;
    const owner = await guest.probe('p2pmem');
    const page = await owner.map(cmb, 8 * KiB);
    await page.fill(1);
    const ram = await owner.ram(8 * KiB);
    await ram.fill(2);
    const words = async (buffer: typeof page) => {
      const seen = await owner.take('core dump', buffer);
      return seen.errno ?? seen.result ?? null;
    };
    expect('words of ordinary memory in the core file', await words(ram)).toBe(1024);
    expect('words of device memory in the core file', await words(page)).toBe(0); // GUP with FOLL_DUMP alone
    await expect(page).toBeIntact();
  },
);
