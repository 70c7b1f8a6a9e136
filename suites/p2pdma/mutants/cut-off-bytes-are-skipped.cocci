// describe: what direct I/O cuts off the end of the pages that it pinned, to end with a whole block, is skipped and not left for the next bio
// breaks: data-arrives
// invariant: a transfer moves the bytes asked for
// seen by: p2pdma-io/every-size
// files: block/bio.c
@@
identifier f =~ "^__bio_iov_iter_get_pages$";
identifier iter, trim, size;
@@
f(...)
{
<...
-	iov_iter_revert(iter, trim);
	size -= trim;
...>
}
