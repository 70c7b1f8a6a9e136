// describe: a descriptor opened before unbind can still be mapped after the zap
// breaks: no-new-mappings
// accepts: zap-on-unbind
// invariant: mmap() of a descriptor from before unbind fails with ENODEV
// seen by: p2pdma/no-mapping-once-unbind-began
// files: fs/kernfs/file.c, drivers/pci/p2pdma.c
@@
identifier of, file, vma;
@@
  kernfs_fop_mmap(struct file *file, struct vm_area_struct *vma)
  {
  ...
+ bool was_active;
  mutex_lock(&of->mutex);
  ...
- if (!kernfs_get_active_of(of))
- 	goto out_unlock;
+ was_active = kernfs_get_active_of(of);
  ...
- ops = kernfs_ops(of->kn);
+ ops = of->kn->attr.ops;
  ...
- kernfs_put_active_of(of);
+ if (was_active)
+ 	kernfs_put_active_of(of);
  ...
  }
@@
identifier fn =~ "alloc_mmap$";
identifier ref;
@@
  fn(...)
  {
  <+...
- if (unlikely(!percpu_ref_tryget_live_rcu(ref)))
+ percpu_ref_get(ref);
+ if (0)
  {
  ...
  }
  ...+>
  }
