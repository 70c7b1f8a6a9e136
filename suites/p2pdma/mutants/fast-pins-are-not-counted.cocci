// describe: pages that GUP pins without the page table's lock are counted when they are released and not when they are pinned
// breaks: no-memory-is-lost
// invariant: pins that are taken are given back, and counted both times
// seen by: p2pdma-io/transfers-leave-nothing-behind
// files: mm/gup.c
@@
expression folio, refs;
@@
try_grab_folio_fast(...)
{
	<...
-	node_stat_mod_folio(folio, NR_FOLL_PIN_ACQUIRED, refs);
	...>
}
