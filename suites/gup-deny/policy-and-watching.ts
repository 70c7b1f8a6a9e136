import { expectAnswers } from '../../src/suite/refusals.js';
import { scenario } from '../../src/suite/scenario.js';

export default scenario(
  'device memory is not migrated, not bound to a node, not populated and not watched by userfaultfd',
  {
    shape: 'cmb-switch',
    asks: ['refusals-are-exact', 'pool-balances'],
    covers: ['gup', 'numa', 'refusal'],
    needs: ['p2pmem-allocate'],
  },
  (context) =>
    expectAnswers(context, [
      ['UFFDIO_REGISTER(MISSING)', 'EINVAL'],
      ['UFFDIO_REGISTER(WP)', 'EINVAL'],
      ['move_pages', 'ENOENT'],
      ['move_pages(query)', 'ENOENT'],
      ['mbind', 0],
      ['mbind(STRICT)', 0],
      ['get_mempolicy', 'EREMOTEIO'],
      ['madvise(POPULATE_READ)', 'EREMOTEIO'],
      ['madvise(POPULATE_WRITE)', 'EREMOTEIO'],
    ]),
);
