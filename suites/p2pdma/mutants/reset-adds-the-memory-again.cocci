// describe: a controller reset registers the memory once more
// breaks: guest-survives
// accepts: rebind-works, data-arrives, pool-balances
// invariant: a controller reset keeps mapping, data and pool
// seen by: reset-hotplug/controller-reset-leaves-mappings-alone, matrix/controller-reset/dirty/again
// files: drivers/nvme/host/pci.c
@@
identifier dev;
@@
  nvme_map_cmb(struct nvme_dev *dev)
  {
  ...
- if (dev->cmb_size)
- 	return;
  ...
  }
