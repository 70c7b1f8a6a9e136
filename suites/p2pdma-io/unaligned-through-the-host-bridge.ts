import { KiB, scenario } from '../../src/suite/scenario.js';

export default scenario(
  'a transfer through the host bridge begins at the byte it was told, anywhere in a page',
  {
    shape: 'cmb-hostbridge',
    asks: ['data-arrives'],
    covers: ['io', 'topology'],
    needs: ['p2pmem-allocate'],
  },
  async ({ guest, expect }) => {
    const { cmb, disk } = guest.devices;
    const owner = await guest.probe('p2pmem');
    const [out, back] = [await owner.map(cmb, 64 * KiB), await owner.map(cmb, 64 * KiB)];
    await out.fill(1);
    await back.fill(2);
    let at = 0;
    for (const [offset, length] of [
      [3584, 512],
      [1 * KiB, 8 * KiB],
      [512, 40 * KiB],
    ] as const) {
      const [from, into] = [out.part(offset, length), back.part(offset, length)];
      await expect(owner.write(disk, from, at)).toSucceed();
      expect(`wrong words on the disk, of ${length} bytes`, await disk.wrongWords(from, at)).toBe(0);
      await expect(owner.read(disk, into, at)).toSucceed();
      into.expectSeed(out.seed);
      await expect(into).toBeIntact();
      at += length;
    }
  },
);
