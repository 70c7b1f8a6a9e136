// describe: a mapping at a non-zero offset is not refused
// breaks: refusals-are-exact
// invariant: a non-zero offset is refused with EINVAL
// seen by: p2pdma/map-offset-refused
// files: drivers/pci/p2pdma.c
@ offset @
identifier fn =~ "alloc_mmap$";
identifier vma;
statement S;
@@
  fn(...)
  {
  <+...
  if (
-     vma->vm_pgoff
+     0
     ) S
  ...+>
  }
