// describe: zapping a file's mappings counts from the front of each, and misses the front of one that does not begin with the file
// breaks: zap-on-unbind, unbind-finishes
// invariant: every mapping is zapped, whatever part of the file it has
// seen by: p2pdma-unbind/idle-mapping-dies-however-it-came-about
// files: mm/memory.c
@@
expression vma, zba, zea, vba;
@@
unmap_mapping_range_tree(...)
{
	<...
	unmap_mapping_range_vma(vma,
-		((zba - vba) << PAGE_SHIFT) + vma->vm_start,
-		((zea - vba + 1) << PAGE_SHIFT) + vma->vm_start,
+		(zba << PAGE_SHIFT) + vma->vm_start,
+		((zea + 1) << PAGE_SHIFT) + vma->vm_start,
		...)
	...>
}
