// describe: a controller reset leaves the controller's memory disabled
// breaks: reset-keeps-memory, data-arrives
// accepts: rebind-works, guest-survives, no-page-in-two-hands, unbind-finishes
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
+ if (dev->cmb_size) {
+ 	hi_lo_writeq(0, dev->bar + NVME_REG_CMBMSC);
+ 	return;
+ }
  ...
  }
