// describe: a page drops its reference on the pagemap before it is back in the pool, and the last one comes back late
// breaks: guest-survives
// accepts: unbind-finishes, unbind-waits-for-pins
// invariant: unbind returns only after the last page is back in the pool
// seen by: p2pdma-unbind/unbind-waits-for-a-blocking-write, p2pdma/unbind-waits-for-write
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
+ if (percpu_ref_is_zero(&pgmap->pgmap.ref))
+ 	mdelay(1500);
  gen_pool_free_owner(..., (void **)&ref);
- percpu_ref_put(ref);
  }
