import { cells, KiB, type Scenario } from '../../src/suite/scenario.js';

function waits(by: string, hotplug: 'acpiphp' | 'pciehp', tags: readonly string[] = []): Scenario {
  return {
    title: `an unplug through ${by} (${hotplug}) waits for a read in flight into the memory`,
    options: {
      shape: hotplug === 'pciehp' ? 'cmb-pciehp' : 'cmb-hostbridge',
      asks: ['unbind-waits-for-pins', 'zap-on-unbind', 'unbind-finishes'],
      covers: ['hotplug', hotplug, 'in-flight'],
      needs: ['p2pmem-allocate'],
      tags,
    },
    body: async ({ guest, expect }) => {
      const { cmb, disk } = guest.devices;
      const owner = await guest.probe('p2pmem');
      const buffer = await owner.map(cmb, 64 * KiB);
      await disk.hold();
      const read = await owner.submitRead(disk, buffer); // the disk will write into memory that is to be unplugged
      await disk.untilInFlight(1);

      const unplug = cmb.remove(`device-del-${hotplug}`);
      await expect(unplug).toBeBlockedIn('memunmap_pages');
      await expect(owner.touch(buffer), 'zap-on-unbind').toRaise('SIGBUS');
      await expect(read).toBeInFlight();

      await disk.release();
      await expect(read).toComplete();
      await expect(unplug, 'unbind-finishes').toFinish(); // only now is the device QEMU's no more
    },
  };
}

export default cells({
  acpiphp: waits('firmware', 'acpiphp'),
  // The port waits 5 s before it acts, when a device comes and when it goes.
  pciehp: waits('its port', 'pciehp', ['nightly']),
});
