// describe: `size` shows what is available
// breaks: pool-balances
// invariant: `size` is constant
// seen by: p2pdma-map/published
// files: drivers/pci/p2pdma.c
@@
@@
  size_show(...)
  {
  <+...
- gen_pool_size
+ gen_pool_avail
  (...)
  ...+>
  }
