// describe: touching a mapping after unbind raises SIGBUS as for broken hardware
// breaks: zap-on-unbind
// invariant: a touch after unbind is SIGBUS with BUS_ADRERR
// seen by: p2pdma/idle-mapping-does-not-block-unbind
// files: fs/kernfs/file.c
@@
identifier of;
@@
  kernfs_vma_fault(...)
  {
  <+...
  if (!\(kernfs_get_active_of(of)\|kernfs_get_active(of->kn)\))
- return VM_FAULT_SIGBUS;
+ return VM_FAULT_HWPOISON;
  ...+>
  }
