// describe: behind an IOMMU ordinary memory is appended to the segment of device memory before it
// breaks: refusals-are-exact, data-arrives
// invariant: a mapping of mixed memory keeps each part apart
// seen by: topology/iommu-keeps-mixed-memory-apart
// equivalent: it takes ordinary memory on both sides of the device's own, and QEMU's controller refuses a command that mixes them, whatever the addresses
// files: drivers/iommu/dma-iommu.c
@@
identifier cur_len, count;
@@
__finalise_sg(...)
{
	<...
	count++;
-	cur_len = 0;
	continue;
	...>
}
