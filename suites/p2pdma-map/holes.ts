import { KiB, scenario } from '../../src/suite/scenario.js';

export default scenario(
  'a page that is unmapped or given up returns to the pool alone, and touching its place is a signal',
  {
    shape: 'cmb-switch',
    asks: ['pool-balances', 'refusals-are-exact', 'no-page-in-two-hands'],
    covers: ['map', 'pool', 'madvise'],
    needs: ['p2pmem-allocate'],
  },
  async ({ guest, expect }) => {
    const { cmb } = guest.devices;
    const baseline = await cmb.available();
    const owner = await guest.probe('p2pmem');
    const buffer = await owner.map(cmb, 16 * KiB);
    await buffer.fill(1);
    const [first, second, third, last] = [0, 4, 8, 12].map((at) => buffer.part(at * KiB, 4 * KiB)) as [
      typeof buffer,
      typeof buffer,
      typeof buffer,
      typeof buffer,
    ];
    await owner.unmap(second);
    expect('available after munmap of a page', await cmb.available()).toBe(baseline - 12 * KiB);
    await expect(owner.touch(second), 'refusals-are-exact').toRaise('SIGSEGV');

    await owner.probe.advise(buffer.area, 'dontneed', { offset: 8 * KiB, length: 4 * KiB });
    expect('available after MADV_DONTNEED', await cmb.available()).toBe(baseline - 8 * KiB);
    // No fault handler brings the page back (fs/kernfs/file.c:kernfs_vma_fault finds none to call).
    await expect(owner.touch(third), 'refusals-are-exact').toRaise('SIGBUS');
    await expect(owner.touch(third, 'w'), 'refusals-are-exact').toRaise('SIGBUS');

    for (const kept of [first, last]) await expect(kept, 'no-page-in-two-hands').toBeIntact();
    await owner.unmap(third); // a mapping without pages: nothing more comes back
    expect('available after munmap of the empty place', await cmb.available()).toBe(baseline - 8 * KiB);
    await owner.unmap(first);
    await owner.unmap(last);
    expect('available in the end', await cmb.available()).toBe(baseline);
  },
);
