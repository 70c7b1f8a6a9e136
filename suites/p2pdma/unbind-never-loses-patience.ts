import { KiB, scenario } from '../../src/suite/scenario.js';

export default scenario(
  'unbind waits for a transfer in flight however long it takes',
  {
    shape: 'cmb-switch',
    asks: ['unbind-waits-for-pins', 'unbind-finishes'],
    covers: ['unbind', 'in-flight'],
    tags: ['nightly'],
    needs: ['p2pmem-allocate'],
    deadlineMs: 120_000,
  },
  async ({ guest, expect }) => {
    const { cmb, disk } = guest.devices;
    const owner = await guest.probe('p2pmem');
    const buffer = await owner.map(cmb, 64 * KiB);
    await disk.hold();
    const write = await owner.submitWrite(disk, buffer);
    await disk.untilInFlight(1);

    const unbind = cmb.unbind();
    await expect(unbind).toBeBlockedIn('memunmap_pages');
    await guest.untilPassed(35); // longer than the timeouts that drivers like to use
    await expect(unbind).toBeBlockedIn('memunmap_pages');
    await expect(write).toBeInFlight();

    await disk.release();
    await expect(write).toComplete();
    await expect(unbind, 'unbind-finishes').toFinish();
  },
);
