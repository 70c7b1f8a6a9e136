// describe: 10 ms pass after the driver let go and before its page map refuses references
// files: mm/memremap.c
@ header @
@@
  #include <linux/io.h>
+ #include <linux/delay.h>

@ depends on header @
@@
  memunmap_pages(...)
  {
    ...
+   msleep(10);
    percpu_ref_kill(...);
    ...
  }
