import { KiB, scenario } from '../../src/suite/scenario.js';

export default scenario(
  'mremap never adds pages to a mapping of CMB memory: neither by growing it nor by doubling it',
  {
    shape: 'cmb-switch',
    asks: ['refusals-are-exact', 'pool-balances', 'no-page-in-two-hands'],
    covers: ['map', 'mremap'],
    needs: ['p2pmem-allocate'],
  },
  async ({ guest, expect }) => {
    const { cmb } = guest.devices;
    const owner = await guest.probe('p2pmem');
    const space = await owner.ram(64 * KiB);
    await owner.probe.unmap(space.area, { offset: 0, length: 32 * KiB }); // room behind a mapping placed there
    const page = await owner.map(cmb, 4 * KiB, { address: space.area.address });
    await page.fill(1);
    const available = await cmb.available();
    const grow = (mayMove: boolean) =>
      owner.tries('mremap to 8 KiB', (probe) => probe.remap(page.area, 8 * KiB, { mayMove }));
    // With room behind it the mapping would have to grow in place, and this one cannot.
    await expect(grow(false)).toFailWith('ENOMEM');
    await expect(grow(true)).toFailWith('ENOMEM');
    await expect(page).toBeIntact();

    const twin = owner.buffer(
      await owner.probe.remap(page.area, 4 * KiB, { oldLength: 0, mayMove: true, keepOld: true }),
    );
    await expect(owner.touch(twin)).toRaise('SIGBUS');
    await expect(page).toBeIntact();
    // With something behind it the mapping moves, and gets longer without getting any page.
    const wall = await owner.map(cmb, 4 * KiB, { address: space.area.address + 4096n, fixed: true });
    await expect(grow(false)).toFailWith('ENOMEM');
    const grown = owner.buffer(await owner.probe.remap(page.area, 8 * KiB, { mayMove: true }));
    grown.expectSeed(1);
    await expect(grown.part(0, 4 * KiB)).toBeIntact();
    await expect(owner.touch(grown, 'w', 4 * KiB)).toRaise('SIGBUS');
    await owner.unmap(wall);
    expect('available after all that', await cmb.available(), 'pool-balances').toBe(available);
  },
);
