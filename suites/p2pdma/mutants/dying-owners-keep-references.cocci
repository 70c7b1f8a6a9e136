// describe: pages that return to the pool while their process dies keep their reference on the pagemap
// breaks: unbind-finishes
// invariant: unbind returns once nobody uses the memory, however its owners ended
// seen by: p2pdma/pool-after-sigkill, p2pdma/pool-after-exit
// files: drivers/pci/p2pdma.c
@@
identifier fn =~ "^p2pdma_(page|folio)_free$";
identifier ref;
@@
  fn(...)
  {
  ...
- percpu_ref_put(ref);
+ if (!(current->flags & PF_EXITING))
+ 	percpu_ref_put(ref);
  }
