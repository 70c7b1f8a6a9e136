// describe: unbind zaps only files that somebody mapped for writing
// breaks: zap-on-unbind
// accepts: unbind-finishes
// invariant: every mapping faults after unbind, whatever its protection is
// seen by: p2pdma/zap-reaches-locked-and-read-only
// files: fs/kernfs/file.c
@@
identifier of, vma;
@@
  kernfs_fop_mmap(struct file *file, struct vm_area_struct *vma)
  {
  <+...
  if (
-     !of->mmapped
+     (vma->vm_flags & VM_WRITE) && !of->mmapped
     ) { ... }
  ...+>
  }
