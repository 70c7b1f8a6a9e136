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
      // The -EREMOTEIO of GUP is none that madvise_populate() knows: it says so in the log and gives ENOMEM.
      ['madvise(POPULATE_READ)', 'ENOMEM'],
      ['madvise(POPULATE_WRITE)', 'ENOMEM'],
    ]),
);
