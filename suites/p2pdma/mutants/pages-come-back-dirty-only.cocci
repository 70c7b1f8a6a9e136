// describe: a page that no program ever wrote to does not return to its pool
// breaks: pool-balances
// accepts: unbind-finishes
// invariant: `available` is back at its baseline when nobody maps anything
// seen by: p2pdma/pool-after-unmap
// files: drivers/pci/p2pdma.c
@@
identifier fn =~ "^p2pdma_(page|folio)_free$";
identifier pgmap, ref;
@@
  fn(...)
  {
  ...
  struct pci_p2pdma_pagemap *pgmap = ...;
  ...
+ if (!PageDirty(page)) {
+ 	percpu_ref_put(&pgmap->pgmap.ref);
+ 	return;
+ }
  gen_pool_free_owner(..., (void **)&ref);
  ...
  }
