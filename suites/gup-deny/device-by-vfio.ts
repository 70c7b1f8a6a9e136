import { expectAnswers } from '../../src/suite/refusals.js';
import { scenario } from '../../src/suite/scenario.js';

export default scenario(
  'device memory cannot be made DMA memory of a device that userspace drives',
  {
    shape: 'cmb-iommu',
    asks: ['refusals-are-exact', 'pool-balances'],
    covers: ['gup', 'longterm', 'vfio', 'refusal'],
    tags: ['nightly'],
    needs: ['p2pmem-allocate', 'vfio'],
  },
  async (context) => {
    const path = await context.guest.giveToVfio(context.guest.devices.disk);
    await expectAnswers(context, [
      ['VFIO_IOMMU_MAP_DMA', 'EFAULT', { path }],
      ['VFIO_IOMMU_MAP_DMA, read-only', 'EREMOTEIO', { path }],
    ]);
  },
);
