// describe: unbind leaves the files of the pool in sysfs
// breaks: rebind-works, guest-survives
// accepts: no-new-mappings
// invariant: a device that is bound again works as before
// seen by: p2pdma/rebind-works-again
// files: drivers/pci/p2pdma.c
@@
expression kobj;
@@
- sysfs_remove_group(kobj, &p2pmem_group);
