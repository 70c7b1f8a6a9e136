import { iommuFault } from '../../src/suite/pci.js';
import { KiB, scenario } from '../../src/suite/scenario.js';

export default scenario(
  'peer-to-peer behind an IOMMU moves every byte, both ways, at addresses that the IOMMU knows',
  {
    shape: 'cmb-iommu',
    asks: ['data-arrives'],
    covers: ['topology', 'iommu', 'io'],
    tags: ['nightly'],
    needs: ['p2pmem-allocate', 'iommu'],
  },
  async ({ guest, expect }) => {
    const { cmb, disk } = guest.devices;
    const owner = await guest.probe('p2pmem');
    const out = await owner.map(cmb, 64 * KiB);
    await out.fill(1);
    await expect(owner.write(disk, out)).toSucceed();
    const back = await owner.map(cmb, 64 * KiB);
    await expect(owner.read(disk, back)).toSucceed();
    back.expectSeed(out.seed);
    await expect(back).toBeIntact();
    expect('faults of the IOMMU', await iommuFault(guest)).toBe('none');
  },
);
