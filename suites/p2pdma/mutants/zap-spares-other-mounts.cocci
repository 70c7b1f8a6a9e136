// describe: unbind zaps only mappings made through the mount of sysfs that was opened last
// breaks: zap-on-unbind
// accepts: unbind-finishes
// invariant: mappings made through every mount of sysfs fault after unbind
// seen by: p2pdma-unbind/idle-mapping-dies-however-it-came-about
// files: fs/kernfs/file.c
@@
@@
- unmap_mapping_range(inode->i_mapping, 0, 0, 1);
+ if (inode->i_sb == file_inode(list_first_entry(&on->files, struct kernfs_open_file, list)->file)->i_sb)
+ 	unmap_mapping_range(inode->i_mapping, 0, 0, 1);
