// describe: mmap() of more than the pool has fails with the wrong errno
// breaks: refusals-are-exact
// accepts: no-page-in-two-hands
// invariant: mmap() of more than the pool has fails with ENOMEM
// seen by: p2pdma/unmapped-page-in-flight-stays-out
// files: drivers/pci/p2pdma.c
@@
identifier kaddr, ret;
@@
  if (!kaddr) {
- ret = -ENOMEM;
+ ret = -ENOSPC;
  goto out;
  }
