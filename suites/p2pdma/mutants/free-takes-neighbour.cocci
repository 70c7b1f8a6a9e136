// describe: a page whose last reference falls takes its neighbour back to the pool with it
// breaks: no-page-in-two-hands, pool-balances
// seen by: p2pdma/owners-never-share-bytes
// files: drivers/pci/p2pdma.c
@ free @
identifier fn =~ "^p2pdma_(page|folio)_free$";
@@
  fn(...)
  {
    <+...
    gen_pool_free_owner(...,
-     PAGE_SIZE
+     2 * PAGE_SIZE
      , ...)
    ...+>
  }
