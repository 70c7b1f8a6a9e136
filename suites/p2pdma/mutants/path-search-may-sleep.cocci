// describe: remembering a path allocates with a flag that may sleep, inside an RCU read section
// breaks: guest-survives
// invariant: nothing sleeps where it must not
// seen by: p2pdma/path-is-found-without-memory
// files: drivers/pci/p2pdma.c
@@
@@
  xa_store(...,
- GFP_ATOMIC
+ GFP_KERNEL
  )
