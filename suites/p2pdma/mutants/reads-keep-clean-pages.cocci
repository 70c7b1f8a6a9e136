// describe: a read into pages that were never written leaves them pinned
// breaks: unbind-finishes, pool-balances
// accepts: unbind-waits-for-pins
// invariant: unbind returns once the last transfer is done
// equivalent: nobody writes device memory back, so a page that is dirty stays so and no read is put off until it was dirtied again (block/bio.c:bio_check_pages_dirty)
// files: block/bio.c
@@
@@
  bio_dirty_fn(...)
  {
  <+...
- bio_release_pages(...);
  ...+>
  }
