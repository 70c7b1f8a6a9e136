// describe: an mmap of the pool takes 2 ms between its allocation and its first page
// files: drivers/pci/p2pdma.c
@ header @
@@
  #include <linux/genalloc.h>
+ #include <linux/delay.h>

@ depends on header @
identifier ref;
@@
  p2pmem_alloc_mmap(...)
  {
    <...
    if (unlikely(!percpu_ref_tryget_live_rcu(ref))) { ... }
    rcu_read_unlock();
+   msleep(2);
    ...>
  }
