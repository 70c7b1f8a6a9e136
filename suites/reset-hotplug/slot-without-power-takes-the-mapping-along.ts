import { KiB, scenario } from '../../src/suite/scenario.js';

export default scenario(
  'a slot that is switched off takes the mappings of its device along, and can be used again',
  {
    shape: 'cmb-pciehp',
    asks: ['zap-on-unbind', 'unbind-finishes', 'no-new-mappings', 'rebind-works'],
    covers: ['hotplug', 'pciehp', 'power'],
    tags: ['nightly'], // the port waits 5 s before it acts, when a device comes and when it goes
    needs: ['p2pmem-allocate'],
  },
  async ({ guest, expect }) => {
    const { cmb, disk } = guest.devices;
    const baseline = await cmb.available();
    const before = await guest.probe('p2pmem');
    const old = await before.map(cmb, 64 * KiB);
    await old.fill(1);

    await expect(cmb.remove('slot-power-off'), 'unbind-finishes').toFinish();
    await expect(before.touch(old)).toRaise('SIGBUS');
    await expect(before.tryMap(cmb, 4 * KiB), 'no-new-mappings').toFailWith('ENODEV');
    expect('the device is there', await guest.exists(cmb.sysfs), 'unbind-finishes').toBe(false);

    await cmb.restore('slot-power-off');
    expect('available', await cmb.available(), 'rebind-works').toBe(baseline);
    const after = await guest.probe('p2pmem');
    const fresh = await after.map(cmb, 64 * KiB);
    await fresh.fill(2);
    await expect(after.write(disk, fresh), 'rebind-works').toSucceed();
    await expect(fresh, 'rebind-works').toBeIntact();
    await expect(before.touch(old, 'w')).toRaise('SIGBUS'); // what is dead stays dead
  },
);
