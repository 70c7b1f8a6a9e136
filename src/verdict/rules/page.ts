import type { Blame, Rule, RuleTable } from './rule.js';

const page = (id: string, words: string[], start: RegExp, title: string, more: Partial<Rule> = {}): Rule => ({
  id,
  family: 'page',
  words,
  start,
  class: 'PAGE-STATE',
  title,
  ...more,
});

/** Where a page is found to be in a bad state, or was handed out. */
const handing =
  /alloc|vmap|page_owner|(?:free|put|get|update|release)_page|free_unref|^_*folio|truncate_inode_pages|page_frag_free|prep_new_page|bulk/;
const freeing = [/free|^bad_page|release_pages|folio|tlb_|zap_|unmap_|page_|skb_|reason_drop|napi_/];

/** Whose page it is, where page_owner tells; else who noticed. */
const ofPage: Blame = {
  from: ['owner'],
  skip: [handing],
  otherwise: { from: ['trace'], skip: freeing },
};

// mm/page_alloc.c: bad_page; mm/memory.c: print_bad_pte; kernel/fork.c: check_mm; mm/swapfile.c; mm/debug.c;
// arch/x86/mm/fault.c: pgtable_bad; mm/page_poison.c; fs/super.c, fs/open.c, fs/dcache.c.
export const pages: RuleTable = [
  page(
    'page-state',
    ['Bad page state'],
    /BUG: Bad page state(?: in process)?/,
    'BUG: Bad page state in {fn}',
    {
      not: /messages suppressed/,
      blame: ofPage,
      stack: true,
    },
  ),
  page('page-cache', ['Bad page cache'], /BUG: Bad page cache in process/, 'BUG: Bad page cache in {fn}', {
    blame: ofPage,
    stack: true,
  }),
  page('page-map', ['Bad page map'], /BUG: Bad page map/, 'BUG: Bad page map in {fn}', {
    not: /messages suppressed/,
    bare: 'BUG: Bad page map',
    blame: { from: ['trace'], skip: [/^print_bad|^vm_normal|^_*zap_|unmap_/] },
    stack: true,
  }),
  page('rss', ['Bad rss-counter'], /BUG: Bad rss-counter state/, 'BUG: Bad rss-counter state'),
  page(
    'pgtables',
    ['on freeing mm'],
    /BUG: non-zero (?<what>nr_ptes|nr_pmds|pgtables_bytes) on freeing mm/,
    'BUG: non-zero {what} on freeing mm',
  ),
  page(
    'bad-table',
    [': bad p'],
    /\S+:\d+: bad (?<what>pgd|p4d|pud|pmd) \S+\([0-9a-f]+\)/,
    'bad {what} entry',
  ),
  page(
    'swap',
    ['swap file entry', 'swap offset entry', 'swap entry 0x'],
    /(?:\w+: (?:Bad|Unused) swap (?:file|offset) entry|unrecognized swap entry) /,
    'BUG: bad swap entry',
  ),
  page('table', ['Corrupted page table'], /\S+: Corrupted page table at address/, 'Corrupted page table', {
    fatal: true,
  }),
  page('pagetable-bug', ['PAGETABLE BUG'], /PAGETABLE BUG #\d+!/, 'PAGETABLE BUG'),
  page(
    'poison',
    ['pagealloc: '],
    /pagealloc: (?:memory corruption|single bit error)/,
    'pagealloc: memory corruption in {fn}',
    {
      class: 'MEMORY_SAFETY_BUG',
      bare: 'pagealloc: memory corruption',
      blame: { from: ['trace'], skip: freeing },
    },
  ),
  page(
    'dumped',
    ['dumped because: VM_'],
    /(?:page|vmg \S+|vma \S+) dumped because: (?<what>VM_(?:BUG|WARN)_ON\w*)/,
    '{what} in {fn}',
    {
      lead: 'named',
      family: 'lead',
      bare: '{what}',
      blame: { from: ['trace'] },
      joins: ['page', 'warn', 'bug'],
    },
  ),
  page('page-dump', ['page: refcount:'], /page: ?refcount:-?\d+ mapcount:/, 'page dumped', {
    family: 'lead',
    lead: 'silent',
    joins: ['page', 'warn', 'bug', 'sanitizer'],
  }),
  page(
    'wx',
    ['insecure W+X', 'W+X mappings: FAILED'],
    /(?:x86\/mm: Found insecure W\+X mapping|(?:x86\/mm: )?Checked W\+X mappings: FAILED)/,
    'x86/mm: insecure W+X mapping',
    {
      joins: ['warn'],
      class: 'WARNING',
    },
  ),
  page(
    'dentry',
    ['still in use ('],
    /BUG: Dentry .* still in use \(-?\d+\)/,
    'BUG: Dentry still in use in unmount',
    { class: 'VFS', absorbs: ['warn', 'lead', 'bug'] },
  ),
  page(
    'busy-inodes',
    ['Busy inodes'],
    /VFS: Busy inodes after unmount/,
    'VFS: Busy inodes after unmount (use-after-free)',
    { class: 'DoS', joins: ['warn'], absorbs: ['warn', 'lead', 'bug'], follows: ['page'] },
  ),
  page(
    'file-count',
    ['file count is'],
    /VFS: Close: file count is (?:0|zero)/,
    'VFS: Close: file count is zero (use-after-free)',
    { class: 'DoS', joins: ['warn'] },
  ),
];
