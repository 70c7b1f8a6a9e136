// describe: a transfer by bus address begins at the page, not at the byte
// breaks: data-arrives
// invariant: a transfer from the middle of a page moves exactly the bytes asked for
// seen by: p2pdma-io/every-size
// files: drivers/pci/p2pdma.c, block/blk-mq-dma.c
@@
expression state, sg;
@@
- sg_phys(sg) + state->bus_off
+ page_to_phys(sg_page(sg)) + state->bus_off
@@
identifier vec;
expression mem;
@@
- pci_p2pdma_bus_addr_map(mem, vec->paddr)
+ pci_p2pdma_bus_addr_map(mem, vec->paddr & PAGE_MASK)
