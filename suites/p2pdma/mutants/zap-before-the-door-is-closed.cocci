// describe: mappings are zapped first, and only a while later new ones are refused
// breaks: no-new-mappings, zap-on-unbind
// accepts: unbind-finishes
// invariant: no mapping can appear between the zap and the end of unbind
// seen by: race/mappings-race-unbind/two-cpus
// files: fs/kernfs/dir.c
@@
identifier kn;
@@
  __kernfs_remove(struct kernfs_node *kn)
  {
  ...
  pr_debug(...);
+ if (kernfs_type(kn) == KERNFS_FILE && kernfs_should_drain_open_files(kn)) {
+ 	kernfs_get(kn);
+ 	up_write(&kernfs_root(kn)->kernfs_rwsem);
+ 	kernfs_drain_open_files(kn);
+ 	schedule_timeout_uninterruptible(HZ / 3);
+ 	down_write(&kernfs_root(kn)->kernfs_rwsem);
+ 	kn->flags &= ~KERNFS_HAS_MMAP;
+ 	kernfs_put(kn);
+ }
  ...
  }
@@
identifier kn;
@@
  kernfs_drain(...)
  {
  <+...
  if (
-     kernfs_should_drain_open_files(kn)
+     kernfs_should_drain_open_files(kn) && (kn->flags & KERNFS_HAS_RELEASE)
     )
  kernfs_drain_open_files(kn);
  ...+>
  }
