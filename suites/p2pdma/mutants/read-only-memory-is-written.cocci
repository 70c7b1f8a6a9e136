// describe: the fast path of GUP asks whether a page may be written to only if the caller forces its way, so a transfer may write to a mapping that is read-only
// breaks: refusals-are-exact
// invariant: a mapping that cannot be written to is not written to
// seen by: p2pdma-map/read-only-descriptor
// files: mm/gup.c
@@
identifier f =~ "^gup_fast_pte_range$";
expression pte, flags;
@@
f(...)
{
<...
pte_access_permitted(pte,
-	flags & FOLL_WRITE
+	flags & FOLL_FORCE
	)
...>
}
