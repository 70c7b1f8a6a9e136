// describe: when GUP fails in the middle of a range, the pages it has pinned stay pinned
// breaks: unbind-finishes, pool-balances
// accepts: refusals-are-exact, data-arrives
// invariant: a transfer that runs past the mapping leaves nothing behind
// seen by: gup-deny/partial-range, p2pdma-io/past-the-end
// files: mm/gup.c
@@
identifier nr_pinned, ret;
@@
  gup_fast_fallback(...)
  {
  <+...
  if (ret < 0) {
- if (nr_pinned)
- 	return nr_pinned;
  return ret;
  }
  ...+>
  }
