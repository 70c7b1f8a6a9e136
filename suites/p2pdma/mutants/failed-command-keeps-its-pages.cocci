// describe: an NVMe command from userspace that cannot have all of its memory leaves pinned what it had
// breaks: pool-balances
// accepts: unbind-finishes
// invariant: every page that is pinned is let go of once, on the paths of failure too
// seen by: p2pdma-io/commands-that-cannot-have-all
// files: block/blk-map.c
@@
expression b;
@@
  bio_map_user_iov(...)
  {
  <...
- bio_release_pages(b, false);
  ...>
  }
