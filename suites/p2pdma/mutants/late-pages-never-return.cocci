// describe: a page whose last user is a transfer does not return to its pool
// breaks: pool-balances
// accepts: unbind-finishes
// invariant: pages unmapped in flight are in the pool once the transfer is done
// seen by: p2pdma/unmapped-page-in-flight-stays-out
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
+ if (!in_task() || (current->flags & PF_KTHREAD)) {
+ 	percpu_ref_put(&pgmap->pgmap.ref);
+ 	return;
+ }
  gen_pool_free_owner(..., (void **)&ref);
  ...
  }
