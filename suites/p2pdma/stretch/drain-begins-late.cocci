// describe: 5 ms pass between the moment that new mmaps of a removed sysfs file are refused and the wait for those under way
// files: fs/kernfs/dir.c
@ header @
@@
  #include <linux/hash.h>
+ #include <linux/delay.h>

@ depends on header @
expression kn, bias;
@@
  __kernfs_remove(...)
  {
    <...
    atomic_add(bias, &kn->active);
+   if (!strcmp((const char *)kn->name, "allocate")) msleep(5);
    ...>
  }
