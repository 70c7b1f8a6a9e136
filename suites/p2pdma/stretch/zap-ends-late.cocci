// describe: 20 ms pass after mappings were zapped and before the pages are waited for
// files: drivers/pci/p2pdma.c
@ header @
@@
  #include <linux/genalloc.h>
+ #include <linux/delay.h>

@ depends on header @
@@
  pci_p2pdma_unmap_mappings(...)
  {
    ...
    sysfs_remove_file_from_group(...);
+   msleep(20);
  }
