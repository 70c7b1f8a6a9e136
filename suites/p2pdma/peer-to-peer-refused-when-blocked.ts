import { KiB, scenario } from '../../src/suite/scenario.js';

export default scenario(
  'peer-to-peer is refused where the host bridge is not allowed, and moves nothing',
  {
    shape: 'cmb-blocked',
    asks: ['refusals-are-exact', 'data-arrives'],
    covers: ['topology', 'io', 'passthrough'],
    needs: ['p2pmem-allocate'],
  },
  async ({ guest, expect, fact }) => {
    const { cmb, disk } = guest.devices;
    const owner = await guest.probe('p2pmem');
    const witness = await owner.ram(64 * KiB);
    await witness.fill(3);
    await expect(owner.write(disk, witness), 'data-arrives').toSucceed();
    const buffer = await owner.map(cmb, 64 * KiB);
    await buffer.fill(1);

    const refusal = fact('p2p-refusal');
    await expect(owner.write(disk, buffer)).toFailWith(refusal);
    await expect(owner.read(disk, buffer)).toFailWith(refusal);
    const { nsid } = disk;
    for (const [write, read, path] of [
      ['NVMe write command', 'NVMe read command', disk.node],
      ['write by IORING_OP_URING_CMD', 'read by IORING_OP_URING_CMD', disk.generic],
    ] as const) {
      for (const call of [write, read])
        await expect(owner.take(call, buffer, { path, nsid, lba: 0 })).toFailWith(refusal);
    }
    await expect(buffer).toBeIntact(); // the refused read brought nothing
    const copy = await owner.ram(64 * KiB);
    await expect(owner.read(disk, copy), 'data-arrives').toSucceed();
    copy.expectSeed(witness.seed);
    await expect(copy).toBeIntact(); // the refused write took nothing
    const log = await guest.run(['dmesg']);
    expect('the kernel says why', log.includes('cannot be used for peer-to-peer DMA')).toBe(true);

    await expect(owner.write(cmb, buffer), 'data-arrives').toSucceed(); // a device may always reach itself
  },
);
