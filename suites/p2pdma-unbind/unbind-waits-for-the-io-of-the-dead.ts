import { KiB, scenario } from '../../src/suite/scenario.js';

export default scenario(
  'unbind waits for a read in flight whose process was killed',
  {
    shape: 'cmb-switch',
    asks: ['unbind-waits-for-pins', 'unbind-finishes', 'rebind-works'],
    covers: ['unbind', 'in-flight', 'exit'],
    tags: ['nightly'],
    needs: ['p2pmem-allocate'],
  },
  async ({ guest, expect }) => {
    const { cmb, disk } = guest.devices;
    const baseline = await cmb.available();
    const owner = await guest.probe('p2pmem');
    const buffer = await owner.map(cmb, 64 * KiB);
    await disk.hold();
    await owner.submitRead(disk, buffer); // io_uring: it outlives its process
    await disk.untilInFlight(1);

    await owner.end('SIGKILL');
    await disk.untilInFlight(1);
    const unbind = cmb.unbind();
    await expect(unbind).toBeBlockedIn('memunmap_pages'); // the disk will still write into those pages

    await disk.release();
    await expect(unbind, 'unbind-finishes').toFinish();
    await cmb.rebind();
    expect('available after rebind', await cmb.available(), 'rebind-works').toBe(baseline);
  },
);
