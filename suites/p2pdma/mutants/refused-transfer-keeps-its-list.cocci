// describe: a transfer that cannot be mapped for the device keeps its scatterlist
// breaks: no-memory-is-lost
// accepts: guest-survives
// invariant: a refusal changes nothing
// seen by: p2pdma/no-memory-is-lost
// files: drivers/nvme/host/pci.c
@@
expression e, p;
identifier ret;
@@
nvme_map_data(...)
{
	<...
out_free_sg:
-	mempool_free(e, p);
	return ret;
	...>
}
