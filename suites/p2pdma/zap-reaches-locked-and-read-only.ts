import { KiB, scenario } from '../../src/suite/scenario.js';

export default scenario(
  'unbind zaps a mapping that is locked into memory, and one that was only ever readable, like any other',
  {
    shape: 'cmb-switch',
    asks: ['zap-on-unbind', 'unbind-finishes'],
    covers: ['unbind', 'map'],
    needs: ['p2pmem-allocate'],
  },
  async ({ guest, expect }) => {
    const { cmb } = guest.devices;
    // Each alone: a zap is of all that is mapped of a file of sysfs, so another mapping would be zapped for it.
    const ways = [
      [{ locked: true }, 'w'],
      [{ descriptor: 'ro', protection: 'r' }, 'r'],
    ] as const;
    for (const [how, access] of ways) {
      const owner = await guest.probe('p2pmem');
      const buffer = await owner.map(cmb, 16 * KiB, how);
      if (access === 'w') await buffer.fill(1);
      await expect(owner.touch(buffer)).toGoThrough();
      await expect(cmb.unbind(), 'unbind-finishes').toFinish();
      for (const offset of [0, 8 * KiB, 16 * KiB - 8])
        await expect(owner.touch(buffer, access, offset)).toRaise('SIGBUS');
      await cmb.rebind();
    }
  },
);
