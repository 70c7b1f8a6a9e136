// describe: device pages can be pinned for an unlimited time
// breaks: refusals-are-exact
// invariant: FOLL_LONGTERM together with FOLL_PCI_P2PDMA is refused, with one WARN
// seen by: gup-deny/longterm-with-the-flag, gup-deny/longterm-pins
// files: mm/gup.c
@@
identifier flags;
@@
  if (
-     WARN_ON_ONCE((flags & FOLL_LONGTERM) && (flags & FOLL_PCI_P2PDMA))
+     0
     )
  return false;
