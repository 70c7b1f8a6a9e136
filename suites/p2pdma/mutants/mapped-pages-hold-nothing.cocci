// describe: a mapped page takes no reference on the pagemap
// breaks: unbind-waits-for-pins
// accepts: guest-survives
// invariant: unbind returns only after the last transfer of anybody
// seen by: p2pdma/unbind-waits-for-write, p2pdma/pool-after-unmap
// files: drivers/pci/p2pdma.c
@@
identifier fn =~ "alloc_mmap$";
identifier ref;
@@
  fn(...)
  {
  <+...
- percpu_ref_get(ref);
  put_page(...);
  ...+>
  }
