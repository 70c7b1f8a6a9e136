// describe: behind an IOMMU, the end of a transfer unmaps what was reached by bus address as if the IOMMU had mapped it
// breaks: guest-survives, data-arrives
// invariant: the IOMMU takes back only addresses that it gave out
// seen by: topology/iommu-has-no-part-in-own-memory
// equivalent from 6.17: NVMe maps its requests part by part since, without a scatterlist (drivers/nvme/host/pci.c:blk_rq_dma_unmap)
// files: drivers/iommu/dma-iommu.c
@@
expression part;
@@
iommu_dma_unmap_sg(...)
{
<...
  if (sg_dma_is_bus_address(part)) {
  	sg_dma_unmark_bus_address(part);
- 	continue;
  }
...>
}
