// Functions that notice, report or carry a bug, but do not own it. Grouped by why they are skipped; a table
// row adds its own. Matched against the plain symbol (no .isra.0, .cold). Names of functions change with kernel
// versions (del_timer became timer_delete, try_to_del_timer…): the lists hold what is common to them where they can.

/** The sanitizers and their interceptors. */
export const sanitizers =
  /kasan|kmsan|kcsan|kfence|hwasan|^__(?:asan|msan|tsan|sanitizer|ubsan)|check_memory_region|check_region_inline|read_word_at_a_time|(?:read|write)_once\w*_nocheck|print_address_description|^ubsan_|addr_has_metadata|^memory_is_/;

/** Printing, dying and trapping: below them in a stack stands what was interrupted. */
export const reporters =
  /panic|(?:dump|show|walk)_stack|dump_backtrace|unwind_backtrace|warn_(?:slowpath|alloc|bogus)|^__warn|report_bug|handle_bug|fixup_bug|do_error|invalid_op|_trap$|do_trap|bug_handler|brk_handler|do_debug_exception|el1_(?:dbg|abort|da|brk64)|el1h?_(?:64_)?sync|program_check|^die$|do_mem_abort|do_undefinstr|do_DataAbort|call_break_hook|printk|va_format|dev_(?:info|notice|warn|err|alert|crit|emerg)|bust_spinlocks|do_(?:kernel|translation)_fault|do_tag_(?:check|recovery)|do_page_fault|^page_fault_oops|^__die|^show_regs|hex_dump|^stack_trace_|arch_stack_walk|^unwind_(?:next|get)|print_(?:report|tainted)|get_taint|check_panic|rust_begin_unwind|rust_panic|^(?:ex_)?handler_|^prepare_frametrace|^do_(?:bp|sig|fpe)_|^kernel_stack_overflow|^bad_stack/;

/** Where an exception enters the kernel: named only when nothing of the interrupted code is left in the report. */
export const entries =
  /^ret_from_exception$|^__(?:dabt|und|pabt)_(?:svc|usr)|^handle_exception$|^exc_|^asm_exc_/;

/** Debug checks of the core kernel. */
export const checkers =
  /debug_object|debug_check|(?:timer|work)_is_static_object|might_(?:fault|sleep|resched)|perf_trace|trace_(?:hard|soft)irqs?|lockdep_(?:hard|soft)irq|trace_raw|trace_event|check_heap_object|check_object|usercopy_abort|assertfail|^__?fortify_|should_fail|check_preemption|preempt_count_(?:add|sub)|ref_tracker|^klist_/;

/** lockdep and the lock primitives. */
export const locking =
  /lockdep|lock_acquire|lock_release|lock_class|(?:reacquire|mark)_held_locks|spin_(?:lock|trylock|unlock)|raw_spin_rq|(?:read|write)_(?:try|un)?lock|queued_(?:spin|read|write)_|_atomic_dec_and_(?:raw_)?lock|^down$|^__down(?:_|$)|down_(?:read|write|trylock)|^up$|up_(?:read|write)|^_{0,2}mutex_|^rt_mutex_|owner_on_cpu|osq_(?:un)?lock|rwsem_|percpu_(?:down|up)|__wake_up|^lock_(?:is_held|pin|repin|unpin)|^print_(?:circular|usage|unlock|irq|bad|deadlock|lock)\w*|imbalance_bug|mark_lock|^mark_usage|^__lock_(?:acquire|release)|^check_(?:noncircular|prev|prevs|usage|wait_context|irq)|^validate_chain|bh_(?:enable|disable)|^__local_bh_|seqprop|^complete$|wait_for_completion|lock_timer_base/;

/** Reference counts, copies, strings and lists: generic helpers that a caller misuses. */
export const helpers =
  /^_*refcount_|^kref_|atomic(?:64|_long)?_(?:dec|inc|read|set|or|xor|and|add|sub|fetch|xchg|cmpxchg|try)|(?:set|clear|change|test)_bit|mem(?:cpy|cmp|set|chr|move|dup)|str(?:n?cmp|[nls]*cpy|n?len|n?str|r?chr|n?dup)|string|pointer|s?n?printf$|copy_(?:to|from)_(?:user|iter)|copy_(?:page|folio)_(?:to|from)_iter|^copy(?:in|out)$|(?:put|get)_user(?!_?page)|list_(?:add|del|replace|move|splice)|_indirect_thunk|^instrument_|^_*crc(?:\d|_|c)|^_*rb_|(?:read|write)[bwlq]$|logic_(?:in|out)|^ida_free|rhashtable_lookup|extract_(?:user|iter)_to_sg|^[gp][eu]t_device$|kobject_|copy_user_|^rep_(?:movs|stos)_|cleanup_srcu_struct|xas_(?:start|load|find)|__phys_addr/;

/** Dentries, inodes and page-cache helpers that file systems call. */
export const caches =
  /dput|^iput(?:_final)?$|^ihold$|drop_nlink|^(?:un)?lock_page|folio_(?:alloc|(?:un)?lock)|filemap_alloc_folio|__filemap_get_folio|find_or_create_page|do_read_cache_(?:folio|page)|pagecache_get_page|grab_cache_page_write_begin|find_lock_entries|truncate_inode_pages_range/;

/** Allocators: the caller decides. */
export const allocators =
  /[mzc]alloc|krealloc|kmem_cache|alloc_(?:frozen_)?page|slab_|allocate_slab|^___?slab|^kv?free$|kfree_skb|skb_reason_drop/;

/** Timers, work, kobjects and devices: torn down on behalf of their owner. */
export const lifetime =
  /del_timer|timer_delete_sync|^_*mod_timer|^add_timer|sk_stop_timer_sync|queue_(?:delayed_)?work|insert_work|flush_work|__cancel_work|cancel_work_sync|try_to_grab_pending|(?:drain|destroy)_workqueue|finish_wait|kthread_stop|add_uevent_var|get_device_parent|devres_release_all|device_(?:add|del|unregister|destroy|release|for_each_child|remove_file)|hwrng_unregister|tty_unregister_device|i2c_del_adapter|__unregister_client|rollback_registered|unregister_netdev|sysfs_remove|dummy_urb_enqueue|usb_kill_(?:urb|anchored)|usb_control_msg|usb_(?:hcd_)?submit_urb/;

export const commonSkip: readonly RegExp[] = [
  sanitizers,
  reporters,
  checkers,
  locking,
  helpers,
  caches,
  allocators,
  lifetime,
];
