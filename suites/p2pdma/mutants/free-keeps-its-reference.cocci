// describe: a page that returns to the pool keeps its reference on the pagemap
// breaks: unbind-finishes
// invariant: an idle mapping never delays unbind
// seen by: p2pdma/idle-mapping-does-not-block-unbind, p2pdma/rebind-works-again
// files: drivers/pci/p2pdma.c
@@
identifier fn =~ "^p2pdma_(page|folio)_free$";
identifier ref;
@@
  fn(...)
  {
  ...
- percpu_ref_put(ref);
  }
