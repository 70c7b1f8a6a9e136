// describe: NVMe namespaces do not say that they can do peer-to-peer
// breaks: data-arrives
// accepts: refusals-are-exact, unbind-waits-for-pins, rebind-works, no-page-in-two-hands
// invariant: O_DIRECT to an NVMe namespace takes device memory
// seen by: p2pdma-io/every-way-of-asking
// files: drivers/nvme/host/core.c
@@
expression lim;
@@
- lim.features |= BLK_FEAT_PCI_P2PDMA;
