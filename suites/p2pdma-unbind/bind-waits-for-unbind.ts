import { KiB, scenario } from '../../src/suite/scenario.js';

export default scenario(
  'a bind that comes while unbind waits takes its turn, and the device works again',
  {
    shape: 'cmb-switch',
    asks: ['rebind-works', 'unbind-waits-for-pins', 'unbind-finishes', 'zap-on-unbind'],
    covers: ['unbind', 'rebind', 'in-flight'],
    needs: ['p2pmem-allocate'],
  },
  async ({ guest, expect }) => {
    const { cmb, disk } = guest.devices;
    const baseline = await cmb.available();
    const owner = await guest.probe('p2pmem');
    const old = await owner.map(cmb, 64 * KiB);
    await disk.hold();
    const write = await owner.submitWrite(disk, old);
    await disk.untilInFlight(1);

    const unbind = cmb.unbind();
    await expect(unbind, 'unbind-waits-for-pins').toBeBlockedIn('memunmap_pages');
    const bind = cmb.comeBack('rebind');
    await expect(bind).toBeBlockedIn('bind_store'); // for the device's lock
    await expect(write).toBeInFlight();

    await disk.release();
    await expect(write).toComplete();
    await expect(unbind, 'unbind-finishes').toFinish();
    await expect(bind).toFinish();
    await cmb.untilBack();
    expect('available after rebind', await cmb.available()).toBe(baseline);
    await expect(owner.touch(old), 'zap-on-unbind').toRaise('SIGBUS');
    const heir = await guest.probe('p2pmem');
    const fresh = await heir.map(cmb, 64 * KiB);
    await fresh.fill(2);
    await expect(heir.write(cmb, fresh)).toSucceed(); // its queues live in the same memory
    await expect(fresh).toBeIntact();
  },
);
