// describe: every page of a mapping is the first page of what was allocated
// breaks: no-page-in-two-hands
// accepts: pool-balances, guest-survives, data-arrives
// invariant: two addresses never share bytes
// seen by: p2pdma/owners-never-share-bytes
// files: drivers/pci/p2pdma.c
@@
identifier fn =~ "alloc_mmap$";
identifier kaddr;
@@
  fn(...)
  {
  <+...
- kaddr += PAGE_SIZE;
  ...+>
  }
