// describe: the offset between CPU and bus addresses is subtracted where it must be added
// breaks: data-arrives
// invariant: a transfer by bus address reaches the memory
// equivalent: PCs, and QEMU's, map PCI memory one to one: the offset is zero
// files: drivers/pci/p2pdma.c, include/linux/pci-p2pdma.h
@@
expression state, sg;
@@
- sg_phys(sg) + state->bus_off
+ sg_phys(sg) - state->bus_off
@@
expression provider;
identifier paddr;
@@
- paddr + provider->bus_offset
+ paddr - provider->bus_offset
