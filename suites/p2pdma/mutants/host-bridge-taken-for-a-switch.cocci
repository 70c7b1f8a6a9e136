// describe: traffic through the host bridge is addressed as if a switch routed it
// breaks: data-arrives
// accepts: guest-survives
// invariant: behind an IOMMU a transfer through the host bridge uses mapped addresses
// seen by: topology/iommu-translates-for-peers
// files: drivers/pci/p2pdma.c
@@
identifier t;
@@
- enum pci_p2pdma_map_type t = PCI_P2PDMA_MAP_THRU_HOST_BRIDGE;
+ enum pci_p2pdma_map_type t = PCI_P2PDMA_MAP_BUS_ADDR;
