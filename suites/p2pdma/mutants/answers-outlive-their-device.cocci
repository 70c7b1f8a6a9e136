// describe: what is remembered of paths to clients is not forgotten with the provider
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
-	xa_destroy(&p2pdma->map_types);
	...>
}
