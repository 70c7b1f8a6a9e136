// describe: unbinding the provider leaves `allocate` in place, so nothing zaps the mappings
// breaks: unbind-zaps-mappings
// files: drivers/pci/p2pdma.c
@@
@@
- sysfs_remove_file_from_group(..., &p2pmem_alloc_attr.attr, ...);
