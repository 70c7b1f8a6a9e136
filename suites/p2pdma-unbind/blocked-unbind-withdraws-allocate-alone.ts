import { KiB, scenario } from '../../src/suite/scenario.js';

export default scenario(
  'an unbind that waits has withdrawn p2pmem/allocate alone; when it is over every descriptor says ENODEV',
  {
    shape: 'cmb-switch',
    asks: ['no-new-mappings', 'unbind-waits-for-pins', 'unbind-finishes', 'refusals-are-exact'],
    covers: ['unbind', 'sysfs', 'in-flight'],
    needs: ['p2pmem-allocate'],
  },
  async ({ guest, expect }) => {
    const { cmb, disk } = guest.devices;
    const size = await cmb.poolSize();
    const owner = await guest.probe('p2pmem');
    const buffer = await owner.map(cmb, 64 * KiB);
    const attribute = `${cmb.sysfs}/p2pmem/size`;
    await owner.keepOpen(attribute);
    await expect(owner.tryReadOpen(attribute)).toSucceed();
    expect('what poll says of p2pmem/size', await owner.pollOpen(attribute)).toBe('in,out');
    await disk.hold();
    const write = await owner.submitWrite(disk, buffer);
    await disk.untilInFlight(1);

    const unbind = cmb.unbind();
    await expect(unbind, 'unbind-waits-for-pins').toBeBlockedIn('memunmap_pages');
    expect('p2pmem/allocate is there', await guest.exists(cmb.allocate)).toBe(false);
    expect('p2pmem/size is there', await guest.exists(attribute), 'refusals-are-exact').toBe(true);
    expect('size of the pool', await cmb.poolSize(), 'refusals-are-exact').toBe(size);
    expect('pages in flight are out', (await cmb.available()) <= size - 64 * KiB).toBe(true);

    await disk.release();
    await expect(write).toComplete();
    await expect(unbind, 'unbind-finishes').toFinish();
    expect('p2pmem is there', await guest.exists(`${cmb.sysfs}/p2pmem`)).toBe(false);
    await expect(owner.tryReadOpen(attribute), 'refusals-are-exact').toFailWith('ENODEV');
    // a program that waits for a change learns that the file is gone (fs/kernfs/file.c:kernfs_fop_poll)
    const polled = await owner.pollOpen(attribute);
    expect('what poll says of it then', polled, 'refusals-are-exact').toBe('in,out,pri,err');
  },
);
