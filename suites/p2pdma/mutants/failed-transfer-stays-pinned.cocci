// describe: a transfer that failed leaves its pages pinned
// breaks: unbind-finishes, pool-balances
// invariant: a transfer that failed leaves nothing behind
// seen by: p2pdma/failed-transfer-leaves-nothing, p2pdma/peer-to-peer-refused-when-blocked
// files: block/fops.c
@@
identifier bio;
@@
  submit_bio_wait(&bio);
  ...
- bio_release_pages(&bio, should_dirty);
+ if (!bio.bi_status)
+ 	bio_release_pages(&bio, should_dirty);
@@
identifier bio;
@@
  if (...)
  {
  bio_check_pages_dirty(bio);
  } else {
- bio_release_pages(bio, false);
+ if (!bio->bi_status)
+ 	bio_release_pages(bio, false);
  bio_put(bio);
  }
