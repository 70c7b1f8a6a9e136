// describe: a transfer of one segment is mapped without asking whether the two devices may talk to each other
// breaks: refusals-are-exact
// invariant: without a path between the devices every transfer is refused
// seen by: p2pdma/peer-to-peer-refused-when-blocked
// files: drivers/nvme/host/pci.c
@@
expression page;
statement S;
@@
  if (
-     !is_pci_p2pdma_page(page)
+     1
     ) S
@@
expression page;
@@
- if (is_pci_p2pdma_page(page))
- 	return BLK_STS_AGAIN;
