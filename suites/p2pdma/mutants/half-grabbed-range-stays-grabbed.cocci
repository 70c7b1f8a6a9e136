// describe: the slow path of GUP reports an error and keeps the pages before the one that failed
// breaks: unbind-finishes, pool-balances
// accepts: refusals-are-exact, data-arrives
// invariant: GUP that is refused half way returns the pages before
// seen by: gup-deny/partial-range, p2pdma-io/past-the-end
// files: mm/gup.c
@@
identifier i, ret;
@@
  __get_user_pages(...)
  {
  ...
- return i ? i : ret;
+ return ret ? ret : i;
  }
