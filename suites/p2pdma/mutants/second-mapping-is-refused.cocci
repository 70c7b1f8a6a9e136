// describe: a second mapping of one descriptor is refused
// breaks: refusals-are-exact, pool-balances
// accepts: no-page-in-two-hands, data-arrives
// invariant: mmap() of what fits in the pool succeeds, the second time too
// seen by: p2pdma/zap-reaches-every-mapping
// files: fs/kernfs/file.c
@@
identifier of, vma;
@@
- of->mmapped && of->vm_ops != vma->vm_ops
+ of->mmapped && of->vm_ops == vma->vm_ops
