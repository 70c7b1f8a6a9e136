// describe: what the topology forbids is mapped as if it were ordinary memory
// breaks: refusals-are-exact
// invariant: without a path between the devices every transfer is refused
// seen by: p2pdma/peer-to-peer-refused-when-blocked
// files: kernel/dma/direct.c, block/blk-mq-dma.c
@@
@@
- ret = -EREMOTEIO;
- goto out_unmap;
+ break;
@@
identifier iter;
@@
  blk_dma_map_iter_start(...)
  {
  <+...
- iter->status = BLK_STS_INVAL;
- return false;
+ iter->p2pdma.map = PCI_P2PDMA_MAP_NONE;
+ break;
  ...+>
  }
