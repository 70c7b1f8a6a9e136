// describe: unbind leaves the struct pages and the kernel's mapping of the memory in place
// breaks: rebind-works, guest-survives
// invariant: a device that is bound again works as before
// seen by: p2pdma/rebind-works-again
// files: mm/memremap.c
@@
@@
  pageunmap_range(...)
  {
  <+...
- arch_remove_memory(...);
+ ;
  ...+>
  }
