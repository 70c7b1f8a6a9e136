import { KiB, scenario } from '../../src/suite/scenario.js';

export default scenario(
  'an NVMe command from userspace that cannot have its memory whole is refused, and keeps no page of it',
  {
    shape: 'cmb-switch',
    asks: ['refusals-are-exact', 'pool-balances', 'unbind-finishes'],
    covers: ['io', 'passthrough', 'gup'],
    needs: ['p2pmem-allocate'],
  },
  async ({ guest, expect }) => {
    const { cmb, disk } = guest.devices;
    const owner = await guest.probe('p2pmem');
    const free = await cmb.available();
    const half = await owner.map(cmb, 16 * KiB);
    await owner.probe.protect(half.area, 'none', { offset: 8 * KiB, length: 8 * KiB });
    const long = await owner.map(cmb, 1024 * KiB); // a command of QEMU's moves 512 KiB at most (mdts=7)
    for (const [write, read, path] of [
      ['NVMe write command', 'NVMe read command', disk.node],
      ['write by IORING_OP_URING_CMD', 'read by IORING_OP_URING_CMD', disk.generic],
    ] as const) {
      for (const call of [write, read]) {
        await expect(owner.take(call, half, { path, nsid: disk.nsid, lba: 0 })).toFailWith('EFAULT');
        await expect(owner.take(call, long, { path, nsid: disk.nsid, lba: 0 })).toFailWith('EINVAL');
      }
    }
    expect('bytes taken from the pool', free - (await cmb.available()), 'pool-balances').toBe(
      16 * KiB + long.length,
    );
    await owner.unmap(half);
    await owner.unmap(long);
    expect('bytes that did not come back', free - (await cmb.available()), 'pool-balances').toBe(0);
    await expect(cmb.unbind()).toFinish();
  },
);
