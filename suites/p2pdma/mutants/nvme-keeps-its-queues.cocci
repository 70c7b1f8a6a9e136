// describe: NVMe does not give back the queue memory that it took from its own pool
// breaks: unbind-finishes
// invariant: unbind returns when nothing uses the memory
// seen by: p2pdma/idle-mapping-does-not-block-unbind
// files: drivers/nvme/host/pci.c
@@
identifier nvmeq;
@@
  if (
-     !nvmeq->sq_cmds
+     !nvmeq->sq_cmds || test_and_clear_bit(NVMEQ_SQ_CMB, &nvmeq->flags)
     )
  return;
  if (test_and_clear_bit(NVMEQ_SQ_CMB, &nvmeq->flags)) { ... } else { ... }
