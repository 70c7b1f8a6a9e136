// describe: fork gives the child the mapping and none of its pages
// breaks: pool-balances
// accepts: no-page-in-two-hands, data-arrives, zap-on-unbind
// invariant: a child shares the pages of its parent
// seen by: p2pdma/fork-keeps-pages-until-the-last
// files: mm/memory.c
@@
identifier vma;
@@
  vma_needs_copy(..., struct vm_area_struct *vma)
  {
+ if (vma->vm_flags & VM_MIXEDMAP)
+ 	return false;
  ...
  }
