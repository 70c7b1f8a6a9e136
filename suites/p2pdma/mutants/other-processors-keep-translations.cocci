// describe: a zap on behalf of another process does not flush the TLBs of other processors
// breaks: zap-on-unbind
// invariant: a processor that never enters the kernel loses the mapping too
// seen by: p2pdma-unbind/no-cpu-keeps-its-translation
// files: arch/x86/mm/tlb.c
@@
identifier mm;
expression cpu;
@@
- cpumask_any_but(mm_cpumask(mm), cpu) < nr_cpu_ids
+ cpumask_any_but(mm_cpumask(mm), cpu) < nr_cpu_ids && mm == current->mm
