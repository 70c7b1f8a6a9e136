// describe: a transfer that the topology forbids is taken for a lack of memory and tried again for ever
// breaks: refusals-are-exact
// accepts: guest-survives
// invariant: without a path between the devices every transfer is refused
// seen by: p2pdma/peer-to-peer-refused-when-blocked
// files: drivers/nvme/host/pci.c, block/blk-mq-dma.c
@@
identifier rc, ret;
@@
- if (rc == -EREMOTEIO)
- 	ret = BLK_STS_TARGET;
@@
identifier iter;
@@
  blk_dma_map_iter_start(...)
  {
  <+...
- iter->status = BLK_STS_INVAL;
+ iter->status = BLK_STS_RESOURCE;
  return false;
  ...+>
  }
