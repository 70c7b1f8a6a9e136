// describe: the pagemap of a device that is gone stays registered
// breaks: rebind-works, guest-survives
// invariant: a device that is bound again works as before
// seen by: p2pdma/rebind-works-again
// files: mm/memremap.c
@@
@@
  pageunmap_range(...)
  {
  ...
- pgmap_array_delete(...);
  }
