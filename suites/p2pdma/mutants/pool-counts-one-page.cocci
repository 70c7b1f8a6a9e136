// describe: the pool counts every allocation as one page
// breaks: pool-balances
// accepts: no-page-in-two-hands, guest-survives
// invariant: `available` goes down by what is mapped
// seen by: p2pdma/pool-after-unmap
// files: lib/genalloc.c
@@
identifier chunk;
@@
- atomic_long_sub(size, &chunk->avail);
+ atomic_long_sub(min_t(size_t, size, PAGE_SIZE), &chunk->avail);
