import { KiB, MiB, scenario } from '../../src/suite/scenario.js';

export default scenario(
  'a device writes its own CMB to disk and reads it back, every byte of every size',
  {
    shape: 'cmb-switch',
    asks: ['data-arrives'],
    covers: ['io', 'gup'],
    needs: ['p2pmem-allocate'],
  },
  async ({ guest, expect }) => {
    const { cmb } = guest.devices;
    const owner = await guest.probe('p2pmem');
    const [out, back] = [await owner.map(cmb, 1092 * KiB), await owner.map(cmb, 1092 * KiB)];
    await out.fill(1);
    await back.fill(2);
    let at = 0;
    // From a sector to more than one command may carry, at offsets in a page where the size leaves room.
    for (const [offset, length] of [
      [0, 512],
      [3584, 512],
      [512, 3 * KiB],
      [0, 4 * KiB],
      [1 * KiB, 8 * KiB], // two pages and a bit of a third
      [4 * KiB, 64 * KiB],
      [512, 255 * KiB],
      [0, 1 * MiB],
      [8, 1088 * KiB], // what 256 pages hold is no whole number of blocks: the rest goes on behind (block/bio.c)
    ] as const) {
      const [from, into] = [out.part(offset, length), back.part(offset, length)];
      await expect(owner.write(cmb, from, at)).toSucceed();
      expect(`wrong words on the disk, of ${length} bytes`, await cmb.wrongWords(from, at)).toBe(0);
      await expect(owner.read(cmb, into, at)).toSucceed();
      into.expectSeed(out.seed);
      await expect(into).toBeIntact();
      at += length;
    }
  },
);
