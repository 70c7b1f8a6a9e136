// describe: a transfer through the host bridge begins at the page, not at the byte
// breaks: data-arrives
// invariant: a transfer from the middle of a page moves exactly the bytes asked for, on every path
// seen by: p2pdma-io/unaligned-through-the-host-bridge
// files: kernel/dma/direct.c, block/blk-mq-dma.c
@@
identifier sg;
expression dev, dir, attrs;
@@
  dma_direct_map_page(dev, sg_page(sg),
-     sg->offset
+     is_pci_p2pdma_page(sg_page(sg)) ? 0 : sg->offset
      , sg->length, dir, attrs)
@@
identifier iter, vec;
expression dev, len, dir, attrs;
@@
  iter->addr = dma_map_phys(dev,
-     vec->paddr
+     iter->p2pdma.map == PCI_P2PDMA_MAP_THRU_HOST_BRIDGE ? vec->paddr & PAGE_MASK : vec->paddr
      , len, dir, attrs);
