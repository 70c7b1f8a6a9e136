import { KiB, scenario } from '../../src/suite/scenario.js';

export default scenario(
  "unbind waits for the device's own write out of its memory before it takes anything away",
  {
    shape: 'cmb-switch',
    asks: ['unbind-waits-for-pins', 'zap-on-unbind', 'unbind-finishes'],
    covers: ['unbind', 'in-flight', 'gup'],
    needs: ['p2pmem-allocate'],
  },
  async ({ guest, expect }) => {
    const { cmb } = guest.devices;
    const owner = await guest.probe('p2pmem');
    const buffer = await owner.map(cmb, 64 * KiB);
    await buffer.fill(1);
    await cmb.hold();
    const write = await owner.submitWrite(cmb, buffer);
    await cmb.untilInFlight(1);

    const unbind = cmb.unbind();
    await expect(unbind).toBeBlockedIn('del_gendisk'); // the disk goes first, and its queue is frozen for that
    await expect(buffer, 'unbind-waits-for-pins').toBeIntact(); // the memory's turn has not come
    await expect(write).toBeInFlight();

    await cmb.release();
    await expect(write).toComplete();
    await expect(unbind, 'unbind-finishes').toFinish();
    await expect(owner.touch(buffer), 'zap-on-unbind').toRaise('SIGBUS');
  },
);
