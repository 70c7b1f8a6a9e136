// describe: a transfer by bus address goes to the page after the one that was pinned
// breaks: data-arrives
// accepts: refusals-are-exact, unbind-waits-for-pins, rebind-works, no-page-in-two-hands
// invariant: a transfer moves exactly the bytes asked for
// seen by: p2pdma/unbind-waits-for-write, p2pdma/rebind-works-again
// files: drivers/pci/p2pdma.c, include/linux/pci-p2pdma.h
@@
expression state, sg;
@@
- sg_phys(sg) + state->bus_off
+ sg_phys(sg) + PAGE_SIZE + state->bus_off
@@
expression provider;
identifier paddr;
@@
- paddr + provider->bus_offset
+ paddr + PAGE_SIZE + provider->bus_offset
