// describe: a page drops its reference on the pagemap a moment before it is back in the pool
// breaks: guest-survives
// accepts: unbind-finishes, unbind-waits-for-pins
// invariant: unbind returns only after the last page is back in the pool
// seen by: p2pdma/unbind-waits-for-write
// files: drivers/pci/p2pdma.c
@@
@@
  #include <linux/ctype.h>
+ #include <linux/delay.h>
@@
identifier fn =~ "^p2pdma_(page|folio)_free$";
identifier pgmap, ref;
@@
  fn(...)
  {
  ...
  struct pci_p2pdma_pagemap *pgmap = ...;
  ...
+ percpu_ref_put(&pgmap->pgmap.ref);
+ mdelay(20);
  gen_pool_free_owner(..., (void **)&ref);
- percpu_ref_put(ref);
  }
