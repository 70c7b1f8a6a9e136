import { KiB, scenario } from '../../src/suite/scenario.js';

export default scenario(
  'one request may mix device memory and ordinary memory, in any order, when it goes to another device',
  {
    shape: 'cmb-switch',
    asks: ['data-arrives'],
    covers: ['io', 'gup', 'iov'],
    needs: ['p2pmem-allocate'],
  },
  async ({ guest, expect }) => {
    const { cmb, disk } = guest.devices;
    const owner = await guest.probe('p2pmem');
    const [theirs, ours] = [await owner.map(cmb, 16 * KiB), await owner.ram(16 * KiB)];
    const source = await owner.ram(32 * KiB);
    const [p, r] = [theirs.part(0, 4 * KiB), ours.part(0, 4 * KiB)];
    const orders = [
      [p, r],
      [r, p],
      [p, r, theirs.part(4 * KiB, 8 * KiB), ours.part(4 * KiB, 4 * KiB)],
      [r, ours.part(4 * KiB, 512), theirs.part(4 * KiB, 512), theirs.part(4 * KiB + 512, 3 * KiB)],
    ];
    for (const [index, parts] of orders.entries()) {
      await theirs.fill(100 + index);
      await ours.fill(200 + index);
      await expect(owner.write(disk, parts)).toSucceed();
      let at = 0;
      for (const part of parts) {
        const wanted = part.area === theirs.area ? theirs : ours;
        part.expectSeed(wanted.seed);
        expect(`wrong words of ${part.name} on the disk`, await disk.wrongWords(part, at)).toBe(0);
        at += part.length;
      }
      await source.fill(300 + index);
      await expect(owner.write(disk, source)).toSucceed();
      await expect(owner.read(disk, parts)).toSucceed();
      at = 0;
      for (const part of parts) {
        part.expectSeed(source.seed, at);
        await expect(part).toBeIntact();
        at += part.length;
      }
    }
  },
);
