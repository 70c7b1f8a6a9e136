// describe: only the first transfer to a device that it cannot reach is refused
// breaks: refusals-are-exact
// invariant: without a path between the devices every transfer is refused, the second one too
// seen by: p2pdma/peer-to-peer-refused-when-blocked
// files: drivers/pci/p2pdma.c
@@
expression t;
@@
  xa_mk_value(
-     t
+     t == PCI_P2PDMA_MAP_NOT_SUPPORTED ? PCI_P2PDMA_MAP_THRU_HOST_BRIDGE : t
      )
