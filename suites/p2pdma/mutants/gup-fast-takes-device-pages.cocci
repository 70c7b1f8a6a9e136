// describe: the fast path of GUP hands device pages to callers that did not ask for them
// breaks: refusals-are-exact
// invariant: GUP without FOLL_PCI_P2PDMA gets nothing, in the fast path too
// seen by: gup-deny/gup-without-the-flag, gup-deny/pipes-sockets-futexes
// files: mm/gup.c
@@
identifier page, flags;
@@
  if (
-     unlikely(!(flags & FOLL_PCI_P2PDMA) && is_pci_p2pdma_page(page))
+     0
     )
  return NULL;
