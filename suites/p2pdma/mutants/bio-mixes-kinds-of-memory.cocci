// describe: one bio mixes device memory and ordinary memory
// breaks: refusals-are-exact
// accepts: data-arrives, guest-survives
// invariant: each part of a mixed transfer is judged by where it lies
// seen by: p2pdma-io/mixed-memory-where-blocked, p2pdma-io/mixed-memory-to-itself
// equivalent before 6.17: there dma_map_sg maps each part by what it is; only blk_dma_map_iter_start judges by the first
// files: block/blk.h
@@
expression a, b;
@@
- is_pci_p2pdma_page(a) || is_pci_p2pdma_page(b)
+ 0
