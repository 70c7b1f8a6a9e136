// describe: unbind keeps the references that the pages themselves hold, and waits for them
// breaks: unbind-finishes
// invariant: unbind returns when nothing uses the memory
// seen by: p2pdma/idle-mapping-does-not-block-unbind
// files: mm/memremap.c
@@
@@
  memunmap_pages(...)
  {
  <+...
- percpu_ref_put_many(...);
+ ;
  ...+>
  }
