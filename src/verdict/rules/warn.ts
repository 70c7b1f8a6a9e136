import type { Blame, Rule, RuleTable } from './rule.js';

// kernel/panic.c: __warn. Up to 6.x the header reads `WARNING: CPU: 0 PID: 1 at file:line fn+0x..`, since the
// rework of x86 traps `WARNING: file:line at fn+0x.., CPU#0: comm/1`, either with `at fn` alone when the kernel
// does not know its lines. The condition (`[cond] `) may stand before the file.
const place = String.raw`WARNING: (?:CPU: \d+ (?:UID: \d+ )?PID: \d+ at )?(?:\[.*\] )?`;
const code = String.raw`(?:[0-9a-f]+ )?(?:\[<[0-9a-f]+>\] )?(?<fn>[A-Za-z_$][\w$]*)(?:\.[\w.$]+)?`;

/** Both header formats for a warning in `file` (a pattern) raised by `by` (a pattern of its function, or anything). */
function header(file: string, by?: string): RegExp {
  const symbol = String.raw`(?<fn>${by ?? String.raw`[A-Za-z_$][\w$]*`})(?:\.[\w.$]+)?(?:\+0x[0-9a-f]+\/0x[0-9a-f]+|\s)`;
  // Some kernels print 0x0 there; then the registers tell.
  const nowhere = by === undefined ? 'at 0x0|' : '';
  return new RegExp(String.raw`${place}(?<file>${file}):\d+ (?:${nowhere}(?:at )?${symbol})`);
}

const stacks = (...skip: RegExp[]): Blame => ({ from: ['pointer', 'header', 'trace'], skip });

const warning = (
  id: string,
  start: RegExp,
  title: string,
  skip: RegExp[],
  more: Partial<Rule> = {},
): Rule => ({
  id,
  family: 'warn',
  words: ['WARNING: '],
  start,
  class: 'WARNING',
  title,
  blame: stacks(...skip),
  end: /^---\[ end trace/,
  stack: true,
  ...more,
});

const src = String.raw`[\w./-]+\.[chSrs]+`;

export const warn: RuleTable = [
  warning('odebug', header(String.raw`lib/debugobjects\.c`), 'WARNING: ODEBUG bug in {fn}', [
    /debug_|rcu|hrtimer_|timer_|work_|percpu_|kmem_|slab_|kfree|vunmap|vfree|^__free_|^free_|kobject_|^kref_|^__?run_timer/,
  ]),
  warning(
    'refcount',
    header(String.raw`lib/refcount\.c|include/linux/refcount\.h`),
    'WARNING: refcount bug in {fn}',
    [/refcount|kobject_|kref_|^(?:get|put)_device$|_ref_(?:get|put)$/],
    { class: 'REFCOUNT_WARNING' },
  ),
  warning(
    'kobject',
    header(String.raw`lib/kobject\.c`, String.raw`kobject_\w+`),
    'WARNING: kobject bug in {fn}',
    [/kobject_/],
  ),
  warning(
    'proc',
    header(String.raw`fs/proc/generic\.c`, 'proc_register'),
    'WARNING: proc registration bug in {fn}',
    [/proc_/],
  ),
  warning('usercopy-warn', header(String.raw`mm/usercopy\.c`), 'WARNING: bad usercopy in {fn}', [
    /usercopy|^__check|^check_object/,
  ]),
  warning(
    'lock-warn',
    header(String.raw`kernel/locking/lockdep\.c`, String.raw`\w*lock_\w*`),
    'WARNING: locking bug in {fn}',
    [
      /lock_sock|release_sock|^hlock_class|^mark_lock|^__lock_|^mark_held|^check_(?:usage|wait|prev|noncirc)|^validate_chain|^is_dynamic_key|local_(?:lock|unlock|bh)|irq(?:save|restore|_enable|_disable)|^rcu_(?:read_)?lock/,
    ],
    { class: 'LOCKDEP' },
  ),
  warning(
    'slub-warn',
    header(
      String.raw`mm/(?:slub|slab_common)\.c`,
      String.raw`(?:__slab_err|slab_err|object_err|__slab_fix|slab_bug|check_\w+|free_\w*consistency_checks|slab_pad_check|__kmem_cache_shutdown|kmem_cache_destroy|kmem_cache_free|cache_from_obj)`,
    ),
    'WARNING: slab bug in {fn}',
    [/^object_err|slab_|check_|_consistency|^free_to_|kmem_|^cache_from_obj/],
    { class: 'MEMORY_SAFETY_BUG', follows: ['slab'] },
  ),
  warning(
    'vmalloc-zero',
    header(String.raw`mm/vmalloc\.c`, String.raw`__vmalloc_node_range\w*`),
    'WARNING: zero-size vmalloc in {fn}',
    [/kmalloc|vmalloc|vzalloc|kvzalloc|kvcalloc/],
  ),
  warning(
    'kmalloc',
    header(String.raw`mm/[\w/-]+\.c`, String.raw`k?\w?malloc\w*`),
    'WARNING: kmalloc bug in {fn}',
    [/kmalloc|kcalloc|kzalloc|krealloc|vmalloc|slab|kmem/],
  ),
  warning('usb-urb', header(src, 'usb_submit_urb'), 'WARNING in {fn}/usb_submit_urb', [
    /^usb_(?:submit_urb|start_wait_urb|bulk_msg|interrupt_msg|control_msg)/,
  ]),
  warning(
    'list',
    header(String.raw`lib/list_debug\.c`),
    'WARNING: corrupted list in {fn}',
    [/list_(?:add|del)/],
    {
      class: 'MEMORY_SAFETY_BUG',
    },
  ),
  warning(
    'dma-api',
    header(String.raw`kernel/dma/debug\.c`),
    'WARNING: DMA-API bug in {fn}',
    [
      /^debug_dma|^check_(?:unmap|sync|for|sg)|^add_dma_entry|^dma_(?:map|unmap|alloc|free|direct|sync|pool)|^dmam_|^err_print/,
    ],
    { class: 'DMA-API' },
  ),
  warning('iommu', header(String.raw`drivers/iommu/[\w/.-]+|kernel/dma/[\w.-]+`), 'WARNING in {fn}', [], {
    class: 'DMA-API',
  }),
  warning('warning', header(src), 'WARNING in {fn}', []),
  {
    ...warning(
      'warning-unlocated',
      new RegExp(
        String.raw`WARNING: (?:CPU: \d+ (?:UID: \d+ )?PID: \d+ at (?:\[.*\] )?|(?:\[.*\] )?at )${code}\+0x`,
      ),
      'WARNING in {fn}',
      [],
    ),
  },
  {
    // The header without what it should name: cut by another line.
    ...warning(
      'warning-cut',
      new RegExp(String.raw`WARNING: CPU: \d+|WARNING: ${src}:\d+ at `),
      'WARNING in {fn}',
      [],
    ),
  },
];
