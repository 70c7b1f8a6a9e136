// describe: draining a sysfs file forgets its mappings instead of zapping them
// breaks: zap-on-unbind
// accepts: unbind-finishes
// invariant: an idle mapping never delays unbind, and faults afterwards
// seen by: p2pdma/idle-mapping-does-not-block-unbind, p2pdma/zap-reaches-every-mapping, p2pdma/unbind-waits-for-write
// files: fs/kernfs/file.c
@@
@@
- unmap_mapping_range(inode->i_mapping, 0, 0, 1);
