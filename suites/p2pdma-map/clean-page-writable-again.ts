import { KiB, scenario } from '../../src/suite/scenario.js';

export default scenario(
  'a page that nobody has written can be stored to after it was read-only for a while',
  {
    shape: 'cmb-switch',
    asks: ['calls-come-back'],
    covers: ['map', 'fault', 'finding'],
    needs: ['p2pmem-allocate'],
  },
  async ({ guest, expect }) => {
    const { cmb } = guest.devices;
    const owner = await guest.probe('p2pmem');
    const buffer = await owner.map(cmb, 8 * KiB);
    const [clean, dirty] = [buffer.part(0, 4 * KiB), buffer.part(4 * KiB, 4 * KiB)];
    const child = await owner.fork(); // may never come back: it is alone in that
    await dirty.in(child).fill(1); // here, because fork leaves a child clean entries (mm/memory.c:__copy_present_ptes)
    for (const protection of ['r', 'rw'] as const) await child.probe.protect(buffer.area, protection);
    await expect(child.touch(dirty.in(child), 'w')).toGoThrough();
    await expect('a store to the clean page', () => child.touch(clean.in(child), 'w')).toReturn();
    await expect(child.touch(clean.in(child), 'w')).toGoThrough();
  },
);
