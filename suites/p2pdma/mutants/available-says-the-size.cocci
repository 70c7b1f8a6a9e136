// describe: `available` shows the size of the pool
// breaks: pool-balances
// accepts: no-page-in-two-hands, unbind-finishes
// invariant: `available` goes down by what is mapped
// seen by: p2pdma/pool-after-unmap, p2pdma/unmapped-page-in-flight-stays-out
// files: drivers/pci/p2pdma.c
@@
@@
  available_show(...)
  {
  <+...
- gen_pool_avail
+ gen_pool_size
  (...)
  ...+>
  }
