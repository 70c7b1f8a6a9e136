import { KiB, scenario } from '../../src/suite/scenario.js';

export default scenario(
  'unbind waits for a write that keeps its caller waiting too, and whose pages the caller gives back',
  {
    shape: 'cmb-switch',
    asks: ['unbind-waits-for-pins', 'unbind-finishes', 'zap-on-unbind', 'data-arrives'],
    covers: ['unbind', 'in-flight'],
    needs: ['p2pmem-allocate'],
  },
  async ({ guest, expect }) => {
    const { cmb, disk } = guest.devices;
    const owner = await guest.probe('p2pmem');
    const buffer = await owner.map(cmb, 64 * KiB);
    await buffer.fill(1);
    await disk.hold();
    // One bio that its submitter waits for (block/fops.c:__blkdev_direct_IO_simple): pages come back from a process, not
    // from the interrupt that completes them.
    const write = owner.write(disk, buffer);
    await disk.untilInFlight(1);

    const unbind = cmb.unbind();
    await expect(unbind).toBeBlockedIn('memunmap_pages');
    await disk.release();
    await expect(write, 'data-arrives').toSucceed();
    await expect(unbind).toFinish();
    await expect(owner.touch(buffer), 'zap-on-unbind').toRaise('SIGBUS');
    expect('wrong words on the disk', await disk.wrongWords(buffer), 'data-arrives').toBe(0);
  },
);
