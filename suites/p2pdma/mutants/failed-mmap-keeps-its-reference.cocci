// describe: an mmap() that fails half way keeps its reference on the pagemap
// breaks: unbind-finishes
// invariant: a refused mmap() leaves nothing behind
// seen by: p2pdma-map/allocation-fails-midway
// files: drivers/pci/p2pdma.c
@@
identifier ref;
identifier fn =~ "alloc_mmap$";
@@
  fn(...)
  {
  <+...
  if (ret) {
  ...
- percpu_ref_put(ref);
  return ret;
  }
  ...+>
  }
