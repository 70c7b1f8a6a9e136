// describe: an mmap that cannot insert one of its pages takes the memory back and succeeds all the same
// breaks: refusals-are-exact
// accepts: pool-balances, calls-come-back
// invariant: what is mapped is all there
// seen by: p2pdma-map/allocation-fails-midway
// files: drivers/pci/p2pdma.c
@@
identifier f =~ "^p2pmem_alloc_mmap$";
identifier ref, ret;
@@
f(...)
{
<...
percpu_ref_put(ref);
- return ret;
+ return 0;
...>
}
