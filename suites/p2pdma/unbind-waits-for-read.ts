import { KiB, scenario } from '../../src/suite/scenario.js';

export default scenario(
  'unbind waits for a read in flight into the mapped CMB',
  {
    shape: 'cmb-switch',
    asks: ['unbind-waits-for-pins', 'zap-on-unbind', 'unbind-finishes'],
    covers: ['gup', 'unbind', 'in-flight'],
    needs: ['p2pmem-allocate'],
  },
  async ({ guest, expect }) => {
    const { cmb, disk } = guest.devices;
    const owner = await guest.probe('p2pmem');
    const buffer = await owner.map(cmb, 64 * KiB);
    await disk.hold();
    const read = await owner.submitRead(disk, buffer); // the device will write into memory that is going away
    await disk.untilInFlight(1);

    const unbind = cmb.unbind();
    await expect(unbind).toBeBlockedIn('memunmap_pages');
    await expect(owner.touch(buffer), 'zap-on-unbind').toRaise('SIGBUS');
    await expect(read).toBeInFlight();

    await disk.release();
    await expect(read).toComplete();
    await expect(unbind, 'unbind-finishes').toFinish();
  },
);
