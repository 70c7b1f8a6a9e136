// describe: only the first bind of a device after boot registers its memory
// breaks: rebind-works
// invariant: a device that is bound again has its pool back
// seen by: p2pdma/rebind-works-again
// files: drivers/nvme/host/pci.c
@@
identifier dev;
@@
  nvme_map_cmb(struct nvme_dev *dev)
  {
  ...
+ static struct device *seen;
  if (dev->cmb_size)
  	return;
+ if (seen == dev->dev)
+ 	return;
  ...
  dev->cmb_size = ...;
+ seen = dev->dev;
  ...
  }
