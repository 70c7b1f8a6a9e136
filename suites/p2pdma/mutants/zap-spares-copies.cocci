// describe: unbind asks the zap to spare private copies
// breaks: zap-on-unbind
// invariant: an idle mapping faults after unbind
// equivalent: only anonymous copies are spared, and a private mapping of device memory is refused, so there are none
// files: fs/kernfs/file.c
@@
@@
- unmap_mapping_range(inode->i_mapping, 0, 0, 1);
+ unmap_mapping_range(inode->i_mapping, 0, 0, 0);
