// describe: GUP takes a fault that ends in SIGBUS for one that was resolved, and tries again for ever
// breaks: refusals-are-exact
// accepts: zap-on-unbind, data-arrives, no-memory-is-lost
// invariant: what cannot be faulted in is refused
// seen by: p2pdma-unbind/idle-mapping-dies-however-it-came-about
// files: mm/gup.c
@@
expression ret;
@@
faultin_page(...)
{
	<...
	if (ret &
-	    VM_FAULT_ERROR
+	    (VM_FAULT_ERROR & ~VM_FAULT_SIGBUS)
	   )
	{ ... }
	...>
}
