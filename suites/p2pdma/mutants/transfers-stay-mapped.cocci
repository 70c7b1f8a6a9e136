// describe: what a transfer maps for the device is never unmapped
// breaks: guest-survives
// invariant: a device that goes leaves no DMA mapping behind
// seen by: p2pdma/client-goes-first
// files: drivers/nvme/host/pci.c
@@
identifier dev, iod, req;
@@
- dma_unmap_sgtable(dev->dev, &iod->sgt, rq_dma_dir(req), 0);
@@
identifier req;
identifier attrs =~ "^attrs$";
@@
- nvme_free_prps(req, attrs);
+ ;
