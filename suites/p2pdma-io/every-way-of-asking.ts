import { KiB, scenario } from '../../src/suite/scenario.js';

export default scenario(
  'a disk takes device memory by pread, RWF_NOWAIT, AIO and io_uring alike',
  {
    shape: 'cmb-switch',
    asks: ['data-arrives'],
    covers: ['io', 'gup'],
    needs: ['p2pmem-allocate'],
  },
  async ({ guest, expect }) => {
    const { cmb, disk } = guest.devices;
    const owner = await guest.probe('p2pmem');
    const out = await owner.map(cmb, 64 * KiB);
    const back = await owner.map(cmb, 64 * KiB);
    for (const [index, way] of (['sync', 'nowait', 'aio', 'uring'] as const).entries()) {
      await out.fill(10 + index);
      await expect(owner.write(disk, out, index * 64 * KiB, way)).toSucceed();
      expect(`wrong words on the disk, by ${way}`, await disk.wrongWords(out, index * 64 * KiB)).toBe(0);
      await back.fill(1);
      await expect(owner.read(disk, back, index * 64 * KiB, way)).toSucceed();
      back.expectSeed(out.seed);
      await expect(back).toBeIntact();
    }
  },
);
