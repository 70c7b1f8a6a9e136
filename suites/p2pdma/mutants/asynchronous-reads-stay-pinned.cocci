// describe: a read that nobody waits for in the kernel (AIO, io_uring) leaves its pages pinned
// breaks: unbind-finishes, pool-balances
// invariant: unbind returns once the last transfer is done
// seen by: p2pdma-io/every-way-of-asking
// files: block/bio.c
@@
@@
  bio_check_pages_dirty(...)
  {
  <+...
- bio_release_pages(...);
  ...+>
  }
