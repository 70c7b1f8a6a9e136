import { cells, KiB, type Scenario } from '../../src/suite/scenario.js';

/** A device that goes this way takes its mappings along, and can be had back. */
function takesAlong(
  which: string,
  removal: 'pci-remove' | 'device-del-acpiphp' | 'device-del-pciehp' | 'slot-power-off',
  { shape, covers, tags = [] }: Pick<Scenario['options'], 'shape' | 'covers' | 'tags'>,
): Scenario {
  return {
    title: `${which} takes its mappings along, and can be had back`,
    options: {
      shape,
      covers,
      tags,
      asks: ['zap-on-unbind', 'unbind-finishes', 'no-new-mappings', 'rebind-works'],
      needs: ['p2pmem-allocate'],
    },
    body: async ({ guest, expect }) => {
      const { cmb, disk } = guest.devices;
      const baseline = await cmb.available();
      const before = await guest.probe('p2pmem');
      const old = await before.map(cmb, 64 * KiB);
      await old.fill(1);

      await expect(cmb.remove(removal), 'unbind-finishes').toFinish();
      await expect(before.touch(old)).toRaise('SIGBUS');
      await expect(before.tryMap(cmb, 4 * KiB), 'no-new-mappings').toFailWith('ENODEV');
      expect('the device is there', await guest.exists(cmb.sysfs), 'unbind-finishes').toBe(false);

      await cmb.restore(removal);
      expect('available', await cmb.available(), 'rebind-works').toBe(baseline);
      const after = await guest.probe('p2pmem');
      const fresh = await after.map(cmb, 64 * KiB);
      await fresh.fill(2);
      await expect(after.write(disk, fresh), 'rebind-works').toSucceed();
      await expect(fresh, 'rebind-works').toBeIntact();
      await expect(before.touch(old, 'w')).toRaise('SIGBUS'); // what is dead stays dead
    },
  };
}

/** A port that serves hotplug waits 5 s before it acts, when a device comes and when it goes. */
const byPort = { shape: 'cmb-pciehp', covers: ['hotplug', 'pciehp'], tags: ['nightly'] };
const byFirmware = { shape: 'cmb-hostbridge', covers: ['hotplug', 'acpiphp'] };
const anywhere = { shape: 'cmb-switch', covers: ['remove', 'rescan'] };

export default cells({
  'pci-remove': takesAlong('a device that is removed and found again', 'pci-remove', anywhere),
  acpiphp: takesAlong('a device unplugged through firmware (acpiphp)', 'device-del-acpiphp', byFirmware),
  pciehp: takesAlong('a device unplugged through its port (pciehp)', 'device-del-pciehp', byPort),
  'slot-without-power': takesAlong('a device in a slot that is switched off', 'slot-power-off', byPort),
});
