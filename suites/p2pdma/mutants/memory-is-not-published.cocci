// describe: memory that can be read and written by others is not offered to them
// breaks: rebind-works
// accepts: data-arrives, refusals-are-exact, pool-balances
// invariant: `published` is 1 when the CMB supports reads and writes
// seen by: p2pdma-map/published, topology/nvmet-takes-only-memory-that-is-offered
// files: drivers/nvme/host/pci.c
@@
@@
- pci_p2pmem_publish(pdev, true);
+ ;
