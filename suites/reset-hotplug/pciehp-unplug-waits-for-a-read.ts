import { KiB, scenario } from '../../src/suite/scenario.js';

export default scenario(
  'an unplug through the port (pciehp) waits for a read in flight into the memory',
  {
    shape: 'cmb-pciehp',
    asks: ['unbind-waits-for-pins', 'zap-on-unbind', 'unbind-finishes'],
    covers: ['hotplug', 'pciehp', 'in-flight'],
    tags: ['nightly'], // the port waits 5 s before it acts, when a device comes and when it goes
    needs: ['p2pmem-allocate'],
  },
  async ({ guest, expect }) => {
    const { cmb, disk } = guest.devices;
    const owner = await guest.probe('p2pmem');
    const buffer = await owner.map(cmb, 64 * KiB);
    await disk.hold();
    const read = await owner.submitRead(disk, buffer); // the disk will write into memory that is to be unplugged
    await disk.untilInFlight(1);

    const eject = cmb.remove('device-del-pciehp');
    await expect(eject).toBeBlockedIn('memunmap_pages');
    await expect(owner.touch(buffer), 'zap-on-unbind').toRaise('SIGBUS');
    await expect(read).toBeInFlight();

    await disk.release();
    await expect(read).toComplete();
    await expect(eject, 'unbind-finishes').toFinish(); // only now is the device QEMU's no more
  },
);
