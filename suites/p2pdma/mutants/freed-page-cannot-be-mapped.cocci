// describe: a page that was freed has the wrong reference count when it is handed out again
// breaks: pool-balances
// accepts: refusals-are-exact, guest-survives, rebind-works, data-arrives
// invariant: mmap() of what fits in the pool succeeds, the second time too
// seen by: p2pdma/pool-after-unmap, p2pdma/unmapped-page-in-flight-stays-out, p2pdma/owners-never-share-bytes
// files: mm/memremap.c, drivers/pci/p2pdma.c
@@
identifier folio;
expression E;
@@
  if (E)
- folio_set_count(folio, 1);
+ folio_set_count(folio, folio->page.pgmap->type != MEMORY_DEVICE_PCI_P2PDMA);
  else
  put_dev_pagemap(...);
@@
identifier page;
@@
- set_page_count(page, 1);
  ret = vm_insert_page(...);
