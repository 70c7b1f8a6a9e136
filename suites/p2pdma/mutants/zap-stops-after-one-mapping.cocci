// describe: unbind zaps one mapping of the file and forgets the others
// breaks: zap-on-unbind
// accepts: unbind-finishes
// invariant: every mapping of every process faults after unbind
// seen by: p2pdma/zap-reaches-every-mapping
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
  ...
+ break;
  }
|
  mapping_rmap_tree_foreach(vma, es) {
  ...
+ break;
  }
)
  ...+>
  }
