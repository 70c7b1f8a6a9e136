// describe: fork write-protects the pages of shared mappings that it copies, in parent and child
// breaks: refusals-are-exact
// accepts: pool-balances
// invariant: shared memory stays writable
// seen by: p2pdma/fork-keeps-pages-until-the-last
// files: mm/memory.c
@@
expression vma, pte;
@@
__copy_present_ptes(...)
{
	<...
	if (
-	    is_cow_mapping(vma->vm_flags) && pte_write(pte)
+	    pte_write(pte)
	   )
	{ ... }
	...>
}
