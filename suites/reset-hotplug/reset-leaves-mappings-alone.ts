import { cells, KiB, type Scenario } from '../../src/suite/scenario.js';

/** A reset that PCI does for itself, between reset_prepare and reset_done of the driver. */
function leavesAlone(
  what: string,
  removal: 'flr' | 'bus-reset',
  { shape, tags = [] }: Pick<Scenario['options'], 'shape' | 'tags'>,
): Scenario {
  return {
    title: `${what} leaves mappings and their bytes alone`,
    options: {
      shape,
      tags,
      covers: ['reset', removal],
      asks: ['reset-keeps-memory', 'data-arrives', 'pool-balances'],
      needs: ['p2pmem-allocate'],
    },
    body: async ({ guest, expect }) => {
      const { cmb, disk } = guest.devices;
      const owner = await guest.probe('p2pmem');
      const buffer = await owner.map(cmb, 64 * KiB);
      await buffer.fill(1);
      const available = await cmb.available();

      await expect(cmb.remove(removal)).toFinish();
      await expect(buffer).toBeIntact();
      await expect(owner.touch(buffer, 'w', 32 * KiB)).toGoThrough();
      await buffer.fill(2);
      expect('available', await cmb.available(), 'pool-balances').toBe(available);
      await expect(owner.write(disk, buffer), 'data-arrives').toSucceed();
      await expect(owner.write(cmb, buffer), 'data-arrives').toSucceed();
      const copy = await owner.map(cmb, 64 * KiB);
      await expect(owner.read(cmb, copy), 'data-arrives').toSucceed();
      copy.expectSeed(buffer.seed);
      await expect(copy, 'data-arrives').toBeIntact();
    },
  };
}

export default cells({
  function: leavesAlone('a function-level reset', 'flr', { shape: 'cmb-switch' }),
  // The port waits 5 s before it acts, when a device comes and when it goes.
  bus: leavesAlone('a reset of the bus', 'bus-reset', { shape: 'cmb-pciehp', tags: ['nightly'] }),
});
