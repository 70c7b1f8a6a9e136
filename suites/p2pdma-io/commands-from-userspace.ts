import { KiB, scenario } from '../../src/suite/scenario.js';

export default scenario(
  'an NVMe command from userspace may use device memory for I/O, by ioctl, in pieces and by io_uring alike',
  {
    shape: 'cmb-switch',
    asks: ['data-arrives'],
    covers: ['io', 'passthrough'],
    needs: ['p2pmem-allocate'],
  },
  async ({ guest, expect }) => {
    const { cmb, disk } = guest.devices;
    const owner = await guest.probe('p2pmem');
    const out = await owner.map(cmb, 16 * KiB);
    const back = await owner.map(cmb, 16 * KiB);
    const nsid = disk.nsid;
    for (const [index, [write, read, path]] of (
      [
        ['NVMe write command', 'NVMe read command', disk.node],
        ['NVMe write command, vectored', 'NVMe read command, vectored', disk.node],
        ['write by IORING_OP_URING_CMD', 'read by IORING_OP_URING_CMD', disk.generic],
      ] as const
    ).entries()) {
      const lba = index * 64;
      await out.fill(10 + index);
      await expect(owner.take(write, out, { path, nsid, lba })).toSucceed();
      expect(`wrong words on the disk after ${write}`, await disk.wrongWords(out, lba * 512)).toBe(0);
      await back.fill(1);
      await expect(owner.take(read, back, { path, nsid, lba })).toSucceed();
      back.expectSeed(out.seed);
      await expect(back).toBeIntact();
    }
  },
);
