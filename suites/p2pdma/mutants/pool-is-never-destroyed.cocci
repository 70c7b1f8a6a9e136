// describe: the pool of a device that is gone is never destroyed
// breaks: no-memory-is-lost
// accepts: guest-survives
// invariant: memory that a bind took comes back with the unbind
// seen by: p2pdma/no-memory-is-lost
// files: drivers/pci/p2pdma.c
@@
identifier p2pdma;
@@
pci_p2pdma_release(...)
{
	<...
-	gen_pool_destroy(p2pdma->pool);
	...>
}
