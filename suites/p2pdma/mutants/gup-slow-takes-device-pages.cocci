// describe: the slow path of GUP hands device pages to callers that did not ask for them
// breaks: refusals-are-exact
// invariant: GUP without FOLL_PCI_P2PDMA gets EREMOTEIO
// seen by: gup-deny/gup-without-the-flag, gup-deny/pipes-sockets-futexes
// files: mm/gup.c
@@
expression E;
@@
  if (
-     E
+     0
     )
  return -EREMOTEIO;
