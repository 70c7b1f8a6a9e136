// describe: ptrace and /proc/PID/mem report success for device memory that they did not read
// breaks: refusals-are-exact
// invariant: another process cannot reach device memory through the kernel: EIO
// seen by: gup-deny/other-processes
// files: fs/kernfs/file.c
@@
identifier of;
expression ret;
@@
  kernfs_vma_access(...)
  {
  <+...
  if (of->vm_ops->access)
  	ret = of->vm_ops->access(...);
+ else
+ 	ret = len;
  ...+>
  }
