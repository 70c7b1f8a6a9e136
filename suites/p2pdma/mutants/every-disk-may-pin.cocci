// describe: disks that never said that they can do peer-to-peer are given device pages
// breaks: refusals-are-exact
// accepts: guest-survives
// invariant: O_DIRECT to a queue without the feature is refused with EREMOTEIO
// seen by: p2pdma-io/disks-that-are-no-peers
// files: block/bio.c
@@
identifier bio;
expression q;
@@
- bio->bi_bdev && blk_queue_pci_p2pdma(q)
+ bio->bi_bdev
