// describe: a private (copy-on-write) mapping of device memory is not refused
// breaks: refusals-are-exact
// invariant: MAP_PRIVATE is refused with EINVAL
// seen by: p2pdma/map-private-refused
// files: drivers/pci/p2pdma.c
@ private @
identifier fn =~ "alloc_mmap$";
identifier vma;
@@
  fn(...)
  {
  <+...
- (vma->vm_flags & VM_MAYSHARE) != VM_MAYSHARE
+ 0
  ...+>
  }
