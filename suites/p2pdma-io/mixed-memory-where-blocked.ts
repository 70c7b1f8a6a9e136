import { KiB, scenario } from '../../src/suite/scenario.js';

export default scenario(
  'a request that mixes ordinary memory and device memory out of reach moves none of the device memory',
  {
    shape: 'cmb-blocked',
    asks: ['refusals-are-exact', 'data-arrives'],
    covers: ['io', 'topology', 'iov'],
    needs: ['p2pmem-allocate'],
  },
  async ({ guest, expect }) => {
    const { cmb, disk } = guest.devices;
    const owner = await guest.probe('p2pmem');
    const before = await owner.ram(16 * KiB);
    await before.fill(9);
    const [theirs, ours] = [await owner.map(cmb, 8 * KiB), await owner.ram(8 * KiB)];
    const [p, r] = [theirs.part(0, 4 * KiB), ours.part(0, 4 * KiB)];
    for (const parts of [
      [r, p],
      [p, r],
    ]) {
      await expect(owner.write(disk, before), 'data-arrives').toSucceed();
      await theirs.fill(1);
      await ours.fill(2);
      // Refused whole, or cut short before the part that is refused. A request that somebody waits for in the kernel
      // would then be finished through the page cache, by the CPU (mm/filemap.c:direct_write_fallback).
      const { errno } = await owner.write(disk, parts, 0, 'uring');
      expect('a mixed request went through', errno === null).toBe(false);
      const place = parts.indexOf(p) * 4 * KiB;
      expect(
        'wrong words where device memory would be',
        await disk.wrongWords(before.part(place, 4 * KiB), place),
      ).toBe(0);
      expect('a mixed read went through', (await owner.read(disk, parts, 0, 'uring')).errno === null).toBe(
        false,
      );
      p.expectSeed(theirs.seed);
      await expect(p).toBeIntact();
    }
  },
);
