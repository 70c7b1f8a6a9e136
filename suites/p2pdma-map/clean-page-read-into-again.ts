import { KiB, scenario } from '../../src/suite/scenario.js';

export default scenario(
  'a device can read into a page that nobody has written after it was read-only for a while',
  {
    shape: 'cmb-switch',
    asks: ['calls-come-back', 'data-arrives'],
    covers: ['map', 'gup', 'io', 'finding'],
    tags: ['nightly'], // its store is asked in the quick run: one wait for a call that never returns is enough there
    needs: ['p2pmem-allocate'],
  },
  async ({ guest, expect }) => {
    const { cmb, disk } = guest.devices;
    const owner = await guest.probe('p2pmem');
    const buffer = await owner.map(cmb, 8 * KiB);
    const [clean, dirty] = [buffer.part(0, 4 * KiB), buffer.part(4 * KiB, 4 * KiB)];
    const child = await owner.fork(); // may never come back: it is alone in that
    await dirty.in(child).fill(1); // here, because fork leaves a child clean entries (mm/memory.c:__copy_present_ptes)
    for (const protection of ['r', 'rw'] as const) await child.probe.protect(buffer.area, protection);
    await expect(child.read(disk, dirty.in(child)), 'data-arrives').toSucceed();
    const read = () => child.read(disk, clean.in(child));
    await expect('an O_DIRECT read into the clean page', read).toReturn();
    await expect(read(), 'data-arrives').toSucceed();
  },
);
