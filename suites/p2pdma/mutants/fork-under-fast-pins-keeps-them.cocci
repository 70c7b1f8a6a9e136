// describe: where a fork begins under the fast path of GUP, what it has pinned by then is left to the slow path and stays pinned
// breaks: no-memory-is-lost, pool-balances, unbind-finishes
// invariant: pins that are given up are given back
// seen by: p2pdma-io/forks-under-pins
// files: mm/gup.c
@@
expression pages, nr;
@@
  gup_fast(...)
  {
  <...
- gup_fast_unpin_user_pages(pages, nr);
  return 0;
  ...>
  }
