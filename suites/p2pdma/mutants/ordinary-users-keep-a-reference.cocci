// describe: mmap() by an ordinary user keeps the pagemap reference that it holds while it inserts pages
// breaks: unbind-finishes
// invariant: an idle mapping never delays unbind, whoever made it
// seen by: p2pdma-map/ordinary-user
// files: drivers/pci/p2pdma.c
@@
identifier ref;
@@
- percpu_ref_put(ref);
+ if (capable(CAP_SYS_ADMIN))
+ 	percpu_ref_put(ref);
  return 0;
