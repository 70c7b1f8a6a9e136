// describe: commands that programs send to the device themselves cannot carry device memory
// breaks: data-arrives
// accepts: refusals-are-exact, unbind-waits-for-pins, rebind-works, no-page-in-two-hands
// invariant: an NVMe command from userspace takes device memory
// seen by: p2pdma-io/commands-from-userspace
// files: block/blk-map.c
@@
identifier flags;
@@
- flags |= ITER_ALLOW_P2PDMA;
