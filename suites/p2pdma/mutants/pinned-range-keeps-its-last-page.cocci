// describe: the end of a transfer of several pages leaves the last one pinned
// breaks: unbind-finishes, pool-balances
// invariant: unbind returns once the last transfer is done
// seen by: p2pdma/unbind-waits-for-write
// files: block/bio.c
@@
identifier bio, fi;
expression nr_pages;
@@
  __bio_release_pages(struct bio *bio, ...)
  {
  <+...
+ if (fi._seg_count > fi.length || fi.folio == bio_first_folio_all(bio))
  unpin_user_folio(fi.folio, nr_pages);
  ...+>
  }
