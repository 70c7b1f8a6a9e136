// describe: mmap() keeps the pagemap reference that it holds while it inserts pages
// breaks: unbind-finishes
// invariant: an idle mapping never delays unbind
// seen by: p2pdma/idle-mapping-does-not-block-unbind, p2pdma/rebind-works-again
// files: drivers/pci/p2pdma.c
@@
identifier ref;
@@
- percpu_ref_put(ref);
  return 0;
