// describe: a page whose last reference falls never returns to its pool
// breaks: pool-balances
// accepts: guest-survives
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
- gen_pool_free_owner(..., (void **)&ref);
+ ref = &pgmap->pgmap.ref;
  ...
  }
