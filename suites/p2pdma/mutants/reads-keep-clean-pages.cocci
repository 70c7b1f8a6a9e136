// describe: a read into pages that were never written leaves them pinned
// breaks: unbind-finishes, pool-balances
// accepts: unbind-waits-for-pins
// invariant: unbind returns once the last transfer is done
// seen by: p2pdma/unbind-waits-for-read
// files: block/bio.c
@@
@@
  bio_dirty_fn(...)
  {
  <+...
- bio_release_pages(...);
  ...+>
  }
