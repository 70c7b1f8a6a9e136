import { KiB, scenario } from '../../src/suite/scenario.js';

export default scenario(
  'once unbind has begun no new mapping can be made, not even through a descriptor opened before',
  {
    shape: 'cmb-switch',
    asks: ['no-new-mappings', 'unbind-waits-for-pins', 'unbind-finishes'],
    covers: ['unbind', 'map'],
    needs: ['p2pmem-allocate'],
  },
  async ({ guest, expect }) => {
    const { cmb, disk } = guest.devices;
    const owner = await guest.probe('p2pmem');
    const buffer = await owner.map(cmb, 4 * KiB);
    const latecomer = await guest.probe('p2pmem');
    await latecomer.openAllocate(cmb);
    await disk.hold();
    const write = await owner.submitWrite(disk, buffer); // keeps unbind from finishing
    await disk.untilInFlight(1);

    const unbind = cmb.unbind();
    await expect(unbind, 'unbind-waits-for-pins').toBeBlockedIn('memunmap_pages');
    await expect(latecomer.tryMap(cmb, 4 * KiB)).toFailWith('ENODEV');
    await expect(latecomer.tryOpen(cmb.allocate)).toFailWith('ENOENT');

    await disk.release();
    await expect(write).toComplete();
    await expect(unbind, 'unbind-finishes').toFinish();
    await expect(latecomer.tryMap(cmb, 4 * KiB)).toFailWith('ENODEV');
  },
);
