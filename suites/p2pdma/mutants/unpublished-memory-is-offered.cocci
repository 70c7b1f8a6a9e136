// describe: memory that was not published is offered to other drivers
// breaks: refusals-are-exact
// invariant: only published memory is offered
// equivalent: QEMU's CMB always supports reads and writes, so NVMe publishes all there is
// files: drivers/pci/p2pdma.c
@@
identifier p2pdma;
@@
- p2pdma && p2pdma->p2pmem_published
+ p2pdma
