// describe: the end of a transfer of several pages leaves the last one pinned
// breaks: unbind-finishes, pool-balances
// invariant: unbind returns once the last transfer is done
// seen by: p2pdma/unbind-waits-for-write
// files: block/bio.c
@@
identifier nr_pages;
expression E;
@@
  __bio_release_pages(...)
  {
  <+...
  nr_pages = E;
+ if (nr_pages > 1) nr_pages--;
  ...+>
  }
