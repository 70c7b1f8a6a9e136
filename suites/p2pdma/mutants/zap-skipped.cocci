// describe: unbind leaves `allocate` in place, so nothing zaps the mappings and nothing stops new ones
// breaks: zap-on-unbind, no-new-mappings
// seen by: p2pdma/unbind-waits-for-write, p2pdma/idle-mapping-does-not-block-unbind
// files: drivers/pci/p2pdma.c
@@
@@
- sysfs_remove_file_from_group(..., &p2pmem_alloc_attr.attr, ...);
