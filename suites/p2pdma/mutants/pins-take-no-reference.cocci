// describe: pinning a device page takes no reference on it
// breaks: unbind-waits-for-pins, no-page-in-two-hands
// accepts: guest-survives, pool-balances
// invariant: a page in flight is not handed to another owner
// seen by: p2pdma/unbind-waits-for-write, p2pdma/unmapped-page-in-flight-stays-out
// files: mm/gup.c
@@
identifier folio, flags;
@@
  gup_put_folio(struct folio *folio, int refs, unsigned int flags)
  {
+ if ((flags & FOLL_PIN) && is_pci_p2pdma_page(&folio->page)) return;
  ...
  }
@@
identifier folio, flags;
expression refs;
@@
  if (flags & FOLL_GET)
  folio_ref_add(folio, refs);
- else if (flags & FOLL_PIN)
+ else if ((flags & FOLL_PIN) && !is_pci_p2pdma_page(&folio->page))
  { ... }
@@
identifier page;
@@
- if (is_zero_page(page))
+ if (is_zero_page(page) || is_pci_p2pdma_page(page))
  	return page_folio(page);
