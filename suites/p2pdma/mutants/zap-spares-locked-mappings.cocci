// describe: unbind leaves mappings alone that are locked into memory
// breaks: zap-on-unbind
// accepts: unbind-finishes
// invariant: every mapping faults after unbind, whatever its flags
// equivalent: vm_insert_page makes the mapping VM_MIXEDMAP, and neither mmap nor mlock locks such a one (VM_SPECIAL): there are none
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
