// describe: direct I/O does not ask GUP for device pages, so none is ever transferred
// breaks: data-arrives
// accepts: refusals-are-exact, unbind-waits-for-pins, rebind-works, no-page-in-two-hands
// invariant: O_DIRECT to an NVMe namespace takes device memory
// seen by: p2pdma-io/every-way-of-asking
// files: block/bio.c
@@
identifier flags;
@@
- flags |= ITER_ALLOW_P2PDMA;
