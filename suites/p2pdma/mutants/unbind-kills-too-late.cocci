// describe: unbind waits for the last reference before it starts to count them
// breaks: unbind-finishes
// invariant: unbind returns when nothing uses the memory
// seen by: p2pdma/idle-mapping-does-not-block-unbind
// files: mm/memremap.c
@@
identifier pgmap;
@@
  memunmap_pages(struct dev_pagemap *pgmap)
  {
  ...
- percpu_ref_kill(&pgmap->ref);
  ...
  wait_for_completion(&pgmap->done);
+ percpu_ref_kill(&pgmap->ref);
  ...
  }
