// describe: when the fast path of GUP has pinned the front of a range, the slow path begins at the front again and takes those pages for the rest
// breaks: data-arrives
// invariant: a transfer moves the bytes asked for
// seen by: p2pdma-io/memory-that-is-not-there-yet
// files: mm/gup.c
@@
identifier f =~ "^gup_fast_fallback$";
identifier start, n;
@@
f(...)
{
<...
- start += n << PAGE_SHIFT;
...>
}
