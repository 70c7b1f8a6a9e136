// describe: mmap() refuses what it cannot do with the errno of a missing permission
// breaks: refusals-are-exact
// invariant: MAP_PRIVATE and offsets are refused with EINVAL
// seen by: p2pdma/map-private-refused, p2pdma/map-offset-refused
// files: drivers/pci/p2pdma.c
@@
identifier fn =~ "alloc_mmap$";
@@
  fn(...)
  {
  <+...
- return -EINVAL;
+ return -EPERM;
  ...+>
  }
