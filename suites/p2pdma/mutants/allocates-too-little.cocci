// describe: mmap() allocates one page, however many it maps
// breaks: no-page-in-two-hands, pool-balances
// accepts: guest-survives
// invariant: two owners never share bytes
// seen by: p2pdma/owners-never-share-bytes, p2pdma/pool-after-unmap
// files: drivers/pci/p2pdma.c
@@
identifier fn =~ "alloc_mmap$";
identifier len;
@@
  fn(...)
  {
  <+...
  gen_pool_alloc_owner(...,
-     len
+     PAGE_SIZE
      , ...)
  ...+>
  }
