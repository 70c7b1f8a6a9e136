import { KiB, scenario } from '../../src/suite/scenario.js';

export default scenario(
  'a mapping that mremap moves or shrinks keeps its pages, and what it leaves behind holds none',
  {
    shape: 'cmb-switch',
    asks: ['no-page-in-two-hands', 'pool-balances', 'refusals-are-exact'],
    covers: ['map', 'mremap'],
    needs: ['p2pmem-allocate'],
  },
  async ({ guest, expect }) => {
    const { cmb } = guest.devices;
    const baseline = await cmb.available();
    const owner = await guest.probe('p2pmem');
    const buffer = await owner.map(cmb, 16 * KiB);
    await buffer.fill(1);
    const place = await owner.ram(64 * KiB); // an address to move to
    const there = await owner.probe.remap(buffer.area, 16 * KiB, { to: place.area.address + 16384n });
    const moved = owner.buffer(there);
    moved.expectSeed(1);
    await expect(moved).toBeIntact();
    expect('available after the move', await cmb.available(), 'pool-balances').toBe(baseline - 16 * KiB);

    const again = await owner.probe.remap(there, 16 * KiB, { dontUnmap: true, keepOld: true });
    const copy = owner.buffer(again);
    copy.expectSeed(1);
    await expect(copy).toBeIntact();
    await expect(owner.touch(moved), 'refusals-are-exact').toRaise('SIGBUS'); // still mapped, without pages
    expect('available after DONTUNMAP', await cmb.available(), 'pool-balances').toBe(baseline - 16 * KiB);
    await owner.unmap(moved);
    expect('available without the old place', await cmb.available(), 'pool-balances').toBe(
      baseline - 16 * KiB,
    );

    await owner.probe.remap(again, 4 * KiB);
    expect('available after shrinking', await cmb.available(), 'pool-balances').toBe(baseline - 4 * KiB);
    await expect(copy.part(0, 4 * KiB)).toBeIntact();
    await owner.unmap(copy.part(0, 4 * KiB));
    expect('available in the end', await cmb.available(), 'pool-balances').toBe(baseline);
  },
);
