// describe: all files of the pool vanish when unbind begins, not only the one that allocates
// breaks: no-new-mappings
// accepts: guest-survives, refusals-are-exact
// invariant: while unbind waits, size and available can still be read
// seen by: p2pdma-unbind/blocked-unbind-withdraws-allocate-alone
// files: drivers/pci/p2pdma.c
@@
expression kobj, file, group;
@@
- sysfs_remove_file_from_group(kobj, file, group);
+ sysfs_remove_group(kobj, &p2pmem_group);
@@
expression kobj;
identifier fn =~ "p2pdma_release$";
@@
  fn(...)
  {
  <+...
- sysfs_remove_group(kobj, &p2pmem_group);
  ...+>
  }
