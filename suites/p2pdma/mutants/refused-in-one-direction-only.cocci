// describe: what the topology forbids is forbidden for reads only
// breaks: refusals-are-exact
// invariant: without a path between the devices every transfer is refused, both ways
// seen by: p2pdma/peer-to-peer-refused-when-blocked
// files: kernel/dma/direct.c, block/blk-mq-dma.c
@@
@@
+ if (dir == DMA_TO_DEVICE)
+ 	break;
  ret = -EREMOTEIO;
  goto out_unmap;
@@
identifier iter;
@@
  blk_dma_map_iter_start(...)
  {
  <+...
+ if (rq_dma_dir(req) == DMA_TO_DEVICE) {
+ 	iter->p2pdma.map = PCI_P2PDMA_MAP_NONE;
+ 	break;
+ }
  iter->status = BLK_STS_INVAL;
  return false;
  ...+>
  }
