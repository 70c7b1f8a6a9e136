// describe: unbind zaps only the first page of every mapping
// breaks: zap-on-unbind
// accepts: unbind-finishes
// invariant: every page of every mapping faults after unbind
// seen by: p2pdma/zap-reaches-every-mapping, p2pdma/idle-mapping-does-not-block-unbind
// files: fs/kernfs/file.c
@@
@@
- unmap_mapping_range(inode->i_mapping, 0, 0, 1);
+ unmap_mapping_range(inode->i_mapping, 0, PAGE_SIZE, 1);
