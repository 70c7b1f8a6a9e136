// describe: 5 ms pass after the driver's own teardown and before mappings are zapped and new ones refused
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
+   msleep(5);
    sysfs_remove_file_from_group(...);
  }
