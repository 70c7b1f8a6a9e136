// describe: queues go into the memory of the controller whatever nvme.use_cmb_sqes says
// breaks: pool-balances
// invariant: the driver takes from its pool what it was told to
// seen by: p2pdma-map/all-of-it
// files: drivers/nvme/host/pci.c
@@
expression dev;
@@
nvme_map_cmb(...)
{
	<...
	dev->cmb_use_sqes =
-	use_cmb_sqes && (dev->cmbsz & NVME_CMBSZ_SQS)
+	(dev->cmbsz & NVME_CMBSZ_SQS)
	;
	...>
}
