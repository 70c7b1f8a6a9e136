import { KiB, scenario } from '../../src/suite/scenario.js';

export default scenario(
  'unbind waits for a transfer in flight even when the process that asked for it is killed',
  {
    shape: 'cmb-switch',
    asks: ['unbind-waits-for-pins', 'data-arrives', 'rebind-works'],
    covers: ['unbind', 'in-flight'],
    needs: ['p2pmem-allocate'],
  },
  async ({ guest, expect }) => {
    const { cmb, disk } = guest.devices;
    const owner = await guest.probe('p2pmem');
    const buffer = await owner.map(cmb, 64 * KiB);
    await buffer.fill(1);
    await disk.hold();
    const write = await owner.submitWrite(disk, buffer);
    await disk.untilInFlight(1);

    const unbind = cmb.unbind();
    await expect(unbind).toBeBlockedIn('memunmap_pages');
    const caller = await unbind.sample();
    await guest.run(['kill', '-KILL', String(caller?.pid)]);
    await expect(unbind).toBeBlockedIn('memunmap_pages'); // it dies when it is done, and not before
    await expect(write).toBeInFlight();

    await disk.release();
    await expect(write, 'data-arrives').toComplete();
    await cmb.rebind(); // waits until the device is free again
    const copy = await owner.ram(64 * KiB);
    await expect(owner.read(disk, copy), 'data-arrives').toSucceed();
    copy.expectSeed(buffer.seed);
    await expect(copy, 'data-arrives').toBeIntact();
  },
);
