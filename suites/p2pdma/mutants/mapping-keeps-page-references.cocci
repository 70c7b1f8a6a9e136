// describe: mmap() keeps a reference on every page that it inserts
// breaks: unbind-finishes, pool-balances
// invariant: `available` is back at its baseline when nobody maps anything
// seen by: p2pdma/pool-after-unmap
// files: drivers/pci/p2pdma.c
@@
identifier fn =~ "alloc_mmap$";
@@
  fn(...)
  {
  <+...
- put_page(...);
  ...+>
  }
