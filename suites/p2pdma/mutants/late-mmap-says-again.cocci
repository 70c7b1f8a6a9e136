// describe: mmap() of a descriptor from before unbind fails with the wrong errno
// breaks: no-new-mappings, refusals-are-exact
// invariant: mmap() of a descriptor from before unbind fails with ENODEV
// seen by: p2pdma/no-mapping-once-unbind-began, p2pdma/rebind-works-again
// files: fs/kernfs/file.c
@@
identifier rc, of;
@@
- rc = -ENODEV;
+ rc = -EAGAIN;
  if (!kernfs_get_active_of(of))
  	goto out_unlock;
