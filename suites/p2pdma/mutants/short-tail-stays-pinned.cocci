// describe: a transfer of which less than a block is mapped fails without letting go of the page it had pinned
// breaks: pool-balances
// accepts: unbind-finishes
// invariant: every page that is pinned is let go of once, on the paths of failure too
// seen by: p2pdma-io/past-the-end
// files: block/bio.c
@@
expression size;
identifier ret;
@@
__bio_iov_iter_get_pages(...)
{
<...
  if (unlikely(!size)) {
- 	ret = -EFAULT;
-	goto out;
+	return -EFAULT;
  }
...>
}

@@
expression b, p;
@@
bio_iov_iter_align_down(...)
{
<...
- if (bio_flagged(b, BIO_PAGE_PINNED))
-	unpin_user_page(p);
...>
}
