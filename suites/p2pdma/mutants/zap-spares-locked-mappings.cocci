// describe: unbind leaves mappings alone that are locked into memory
// breaks: zap-on-unbind
// accepts: unbind-finishes
// invariant: every mapping faults after unbind, whatever its flags
// seen by: p2pdma/zap-reaches-locked-and-read-only
// files: mm/memory.c
@@
iterator name vma_interval_tree_foreach, mapping_rmap_tree_foreach;
expression list es;
identifier vma;
@@
  unmap_mapping_range_tree(...)
  {
  <+...
(
  vma_interval_tree_foreach(vma, es) {
+ if ((vma->vm_flags & VM_LOCKED) && vma_is_shared_maywrite(vma)) continue;
  ...
  }
|
  mapping_rmap_tree_foreach(vma, es) {
+ if ((vma->vm_flags & VM_LOCKED) && vma_is_shared_maywrite(vma)) continue;
  ...
  }
)
  ...+>
  }
