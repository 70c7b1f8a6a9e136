import { KiB, scenario } from '../../src/suite/scenario.js';

export default scenario(
  'unbind waits for a write in flight from the mapped CMB',
  {
    shape: 'cmb-switch',
    asks: ['unbind-waits-for-pins', 'zap-on-unbind', 'unbind-finishes', 'data-arrives'],
    covers: ['gup', 'unbind', 'in-flight'],
    needs: ['p2pmem-allocate'],
  },
  async ({ guest, expect }) => {
    const { cmb, disk } = guest.devices;
    const owner = await guest.probe('p2pmem');
    const buffer = await owner.map(cmb, 64 * KiB);
    await buffer.fill(1);
    await disk.hold();
    const write = await owner.submitWrite(disk, buffer); // O_DIRECT, stays in flight
    await disk.untilInFlight(1);

    const unbind = cmb.unbind(); // does not wait
    await expect(unbind).toBeBlockedIn('memunmap_pages');
    await expect(owner.touch(buffer), 'zap-on-unbind').toRaise('SIGBUS'); // zapped although pinned
    await expect(write).toBeInFlight();

    await disk.release();
    await expect(write).toComplete();
    await expect(unbind, 'unbind-finishes').toFinish();

    const copy = await owner.ram(64 * KiB);
    await expect(owner.read(disk, copy), 'data-arrives').toSucceed();
    copy.expectSeed(buffer.seed);
    await expect(copy, 'data-arrives').toBeIntact();
  },
);
