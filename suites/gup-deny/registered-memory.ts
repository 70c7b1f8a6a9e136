import { expectAnswers } from '../../src/suite/refusals.js';
import { scenario } from '../../src/suite/scenario.js';

export default scenario(
  'device memory cannot be registered for later use: not with io_uring, AF_XDP or RDMA',
  {
    shape: 'cmb-switch',
    asks: ['refusals-are-exact', 'pool-balances'],
    covers: ['gup', 'longterm', 'refusal'],
    needs: ['p2pmem-allocate'],
  },
  (context) =>
    expectAnswers(context, [
      // Pinned for writing and for long: refused because of the file under it, before the kind of memory is looked at
      // (mm/gup.c:check_vma_flags, vma_needs_dirty_tracking: kernfs has a page_mkwrite).
      ['IORING_REGISTER_BUFFERS', 'EFAULT'],
      ['XDP_UMEM_REG', 'EFAULT'],
      ['REG_MR of rxe', 'EFAULT'],
      ['REG_MR of rxe, read-only', 'EREMOTEIO'],
    ]),
);
