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
    // A VMA that must not be expanded, with room to do so: refused before moving is thought of.
    await expect(grow(false)).toFailWith('EFAULT');
    await expect(grow(true)).toFailWith('EFAULT');
    await expect(page).toBeIntact();

    const twin = owner.buffer(
      await owner.probe.remap(page.area, 4 * KiB, { oldLength: 0, mayMove: true, keepOld: true }),
    );
    await expect(owner.touch(twin)).toRaise('SIGBUS');
    await expect(page).toBeIntact();
    expect('available after all that', await cmb.available(), 'pool-balances').toBe(available);
  },
);
