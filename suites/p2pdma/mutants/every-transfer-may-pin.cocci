// describe: direct I/O to a device that knows nothing of peer-to-peer pins device pages
// breaks: refusals-are-exact
// invariant: O_DIRECT to a queue without the feature is refused with EREMOTEIO
// seen by: p2pdma-io/disks-that-are-no-peers
// files: lib/iov_iter.c
@@
identifier flags, f;
statement S;
@@
  if (
-     flags & ITER_ALLOW_P2PDMA
+     1
     ) S
