// describe: an mmap() that fails half way keeps the memory it was given
// breaks: pool-balances
// accepts: guest-survives
// invariant: a refused mmap() leaves nothing behind
// seen by: p2pdma-map/allocation-fails-midway
// files: drivers/pci/p2pdma.c
@@
identifier fn =~ "alloc_mmap$";
@@
  fn(...)
  {
  <+...
  if (ret) {
- gen_pool_free(...);
  ...
  return ret;
  }
  ...+>
  }
