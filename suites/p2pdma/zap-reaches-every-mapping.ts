import { KiB, scenario } from '../../src/suite/scenario.js';

export default scenario(
  'unbind zaps the mappings of every process while one page is still pinned',
  {
    shape: 'cmb-switch',
    asks: ['zap-on-unbind', 'unbind-waits-for-pins', 'unbind-finishes'],
    covers: ['unbind', 'in-flight', 'fork'],
    needs: ['p2pmem-allocate'],
  },
  async ({ guest, expect }) => {
    const { cmb, disk } = guest.devices;
    const pinner = await guest.probe('p2pmem');
    const idler = await guest.probe('p2pmem');
    const pinned = await pinner.map(cmb, 4 * KiB);
    const untouched = await pinner.map(cmb, 16 * KiB);
    const idle = await idler.map(cmb, 64 * KiB);
    await idle.fill(1);
    const child = await idler.fork();
    await disk.hold();
    const write = await pinner.submitWrite(disk, pinned);
    await disk.untilInFlight(1);

    const unbind = cmb.unbind();
    await expect(unbind, 'unbind-waits-for-pins').toBeBlockedIn('memunmap_pages');
    await expect(pinner.touch(pinned, 'w')).toRaise('SIGBUS');
    await expect(pinner.touch(untouched)).toRaise('SIGBUS');
    for (const offset of [0, 32 * KiB, 64 * KiB - 8]) {
      await expect(idler.touch(idle, 'r', offset)).toRaise('SIGBUS');
      await expect(child.touch(idle.in(child), 'w', offset)).toRaise('SIGBUS');
    }

    await disk.release();
    await expect(write, 'unbind-waits-for-pins').toComplete();
    await expect(unbind, 'unbind-finishes').toFinish();
    await expect(idler.touch(idle)).toRaise('SIGBUS'); // and it stays so
  },
);
