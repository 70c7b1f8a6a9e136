// describe: a transfer of several segments ends as if it were the one of one segment that used its request before
// breaks: no-memory-is-lost
// accepts: guest-survives
// invariant: a transfer gives back all that it was mapped with
// seen by: p2pdma-io/transfers-leave-nothing-behind
// files: drivers/nvme/host/pci.c
@@
identifier iod;
@@
nvme_map_data(...)
{
	<...
-	iod->dma_len = 0;
	...>
}
