import { mixedToItself } from '../../src/suite/mixed.js';
import { scenario } from '../../src/suite/scenario.js';

export default scenario(
  'behind an IOMMU, too, ordinary memory beside that of a CMB is not taken for more of the CMB',
  {
    shape: 'cmb-iommu',
    asks: ['refusals-are-exact', 'data-arrives'],
    covers: ['topology', 'iommu', 'io'],
    tags: ['nightly'],
    needs: ['p2pmem-allocate', 'iommu'],
  },
  mixedToItself,
);
