// describe: 100 us pass before a page whose last reference fell is given back to the pool
// files: drivers/pci/p2pdma.c
@ header @
@@
  #include <linux/genalloc.h>
+ #include <linux/delay.h>

@ depends on header @
identifier fn =~ "^p2pdma_(page|folio)_free$";
@@
  fn(...)
  {
    <...
+   udelay(100);
    gen_pool_free_owner(...);
    ...>
  }
