import { KiB, scenario } from '../../src/suite/scenario.js';

export default scenario(
  'peer-to-peer between two root complexes is refused where they are not on the list, and moves nothing',
  {
    shape: 'cmb-two-roots',
    asks: ['refusals-are-exact', 'data-arrives'],
    covers: ['topology', 'io'],
    tags: ['nightly'],
    needs: ['p2pmem-allocate'],
    cold: true, // a second root complex is not served by ACPI's hotplug: what is to be there has to be there at boot
  },
  async ({ guest, expect, fact }) => {
    const { cmb, disk } = guest.devices;
    const owner = await guest.probe('p2pmem');
    const buffer = await owner.map(cmb, 64 * KiB);
    await buffer.fill(1);
    const refusal = fact('p2p-refusal');
    await expect(owner.write(disk, buffer)).toFailWith(refusal);
    await expect(owner.read(disk, buffer)).toFailWith(refusal);
    await expect(buffer).toBeIntact();
    await expect(owner.write(cmb, buffer), 'data-arrives').toSucceed(); // a device may always reach itself
  },
);
