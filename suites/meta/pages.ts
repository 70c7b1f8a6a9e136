import { seeded } from '../../src/suite/crash.js';
import { cells } from '../../src/suite/scenario.js';

// Pages, page tables, and what hangs on them.
export default cells({
  state: seeded('a page freed while it is in use', 'PAGE_STATE', /Bad page state in lkdtm_PAGE_STATE/),
  assertion: seeded(
    'a page that is not what the code says',
    'PAGE_ASSERT',
    /VM_BUG_ON_PAGE|kernel BUG in lkdtm_PAGE_ASSERT/,
  ),
  map: seeded('a page table entry that points nowhere', 'PAGE_MAP', /Bad page map/),
  tables: seeded(
    'a process that ends with page tables it does not have',
    'PAGE_TABLES',
    /non-zero pgtables_bytes on freeing mm/,
    { logs: /non-zero pgtables_bytes/ },
  ),
  'bad-pmd': seeded('a page table that is none', 'PMD_BAD', /bad pmd entry/),
  counter: seeded('a process that ends with pages it does not have', 'PAGE_COUNTER', /Bad rss-counter state/),
});
