import { KiB, scenario } from '../../src/suite/scenario.js';

export default scenario(
  'a probe that the kernel never lets go is a FAIL, not an ERROR of the test',
  {
    shape: 'cmb-switch',
    asks: ['guest-survives'],
    covers: ['probe', 'hang'],
    needs: ['p2pmem-allocate'],
    declares: {
      outcome: 'FAIL',
      says: /probe p2pmem \(pid \d+\) never came back from the kernel: it spins/,
    },
  },
  async ({ guest }) => {
    const owner = await guest.probe('p2pmem');
    const { area } = await owner.map(guest.devices.cmb, 4 * KiB);
    // A page that was only ever read becomes read-only and writable again: kernfs leaves the write fault to be
    // repeated for ever (fs/kernfs/file.c:kernfs_vma_page_mkwrite, mm/memory.c:do_page_mkwrite).
    await owner.probe.touch(area, 0);
    await owner.probe.protect(area, 'r');
    await owner.probe.protect(area, 'rw');
    await owner.probe.touch(area, 0, { write: 1, deadlineMs: 2000 });
  },
);
