// Functions that notice, report or carry a bug, but do not own it. Grouped by why they are skipped; a table
// row adds its own. Matched against the plain symbol (no .isra.0, .cold).

/** The sanitizers and their interceptors. */
export const sanitizers =
  /kasan|kmsan|kcsan|kfence|^__(?:asan|msan|tsan|hwasan|sanitizer|ubsan)|check_memory_region|check_region_inline|read_word_at_a_time|print_address_description|^ubsan_|^addr_has_metadata|^memory_is_/;

/** Printing, dying and trapping. */
export const reporters =
  /panic|dump_stack|show_stack|dump_backtrace|unwind_backtrace|warn_slowpath|warn_alloc|^__warn|report_bug|handle_bug|fixup_bug|do_error_trap|invalid_op|_trap$|do_trap|bug_handler|brk_handler|do_debug_exception|el1_dbg|el1h?_sync|el1h_64_sync|el1_abort|exc_invalid_op|program_check|^die$|do_mem_abort|do_undefinstr|__und_|do_DataAbort|__dabt_svc|call_break_hook|printk|^dev_(?:info|notice|warn|err|alert|crit|emerg)$|_printk$|bust_spinlocks|ret_from_exception|do_trap_break|rust_begin_unwind|rust_panic|do_kernel_fault|do_tag_check|do_translation_fault|do_page_fault|^page_fault_oops|^__die|^show_regs|hex_dump|^stack_trace_|arch_stack_walk|^walk_stackframe|^unwind_(?:next|get)|read_once_word_nocheck|^print_(?:tainted|report)|get_taint|^__virt_to_phys|check_panic|^__dabt|^debug_smp_processor_id/;

/** Debug checks of the core kernel. */
export const checkers =
  /debug_object|debug_check|timer_is_static_object|work_is_static_object|^(?:__)?might_(?:fault|sleep|resched)|^___might_sleep|__might_resched|perf_trace|trace_(?:hardirqs|softirqs|raw|event)|^fault_in_|check_heap_object|check_object_size|usercopy_abort|assertfail|^fortify_|^__fortify|should_fail|^__warn_printk|check_preemption|preempt_count_(?:add|sub)/;

/** lockdep and the lock primitives. */
export const locking =
  /lockdep|lock_acquire|lock_release|lock_class|reacquire_held_locks|spin_(?:lock|trylock|unlock|bug|dump)|raw_(?:read|write|spin)_|queued_(?:spin|read|write)|_atomic_dec_and_(?:raw_)?lock|^(?:__)?down(?:_|$)|^(?:__)?up(?:_read|_write|$)|mutex_(?:lock|trylock|unlock|remove_waiter)|osq_(?:lock|unlock)|rwsem_|percpu_down|percpu_up|__wake_up|^_?(?:read|write)_(?:lock|unlock|trylock)|(?:read|write)_(?:un)?lock$|seqcount_lockdep|^lock_(?:is_held|pin|repin|unpin)|^print_(?:circular|usage|unlock|irq|bad|deadlock|lock)\w*|^mark_(?:lock|held|usage|irq)|^__lock_|^check_(?:noncircular|prev|prevs|usage|wait_context|irq)|^validate_chain|^mutex_optimistic|^local_bh_|__local_bh_|^rt_mutex|_rt_mutex|seqprop|^complete(?:_all)?$|^wait_for_completion|^__wait_for_common|^swake_up|^task_blocks_on|^down_trylock|_down_trylock|lock_sock|^spin_|pv_queued|native_queued|lock_timer_base|^down$/;

/** Reference counts, copies, strings and lists: generic helpers that a caller misuses. */
export const helpers =
  /refcount_(?:add|sub|inc|dec|set|read|warn)|^(?:__)?mem(?:cpy|cmp|set|chr|move)|^(?:v|sn|scn|vsn|vscn|kas|kvas)?s?n?printf$|snprintf|^str(?:l|n|s)?(?:cmp|cpy|cat|len|chr|str|nlen|nstr|rchr|scpy)$|^str[nls]?n?(?:len|chr|cmp|cpy|str)|string$|^string_|^pointer$|copy_(?:to|from)_user|_copy_(?:to|from)_iter|^copy_(?:from|to)_iter|^_copy_|(?:put|get)_user|^__list_(?:add|del)|^list_(?:add|del|replace|move|splice)|list_del_entry|^hlist_|indirect_thunk|^__x86_indirect|^(?:arch_|native_|raw_|instrument_)?(?:test|set|clear|change)_bit|^instrument_|^arch_atomic|^atomic(?:64|_long)?_|bitmap_|^csum_partial|kasprintf|kvasprintf|^_*crc|^skb_(?:copy_bits|put|push)$|^__skb_put|^skb_(?:pull|trim|release_data|release_head_state|checksum)|^__skb_(?:pull|trim)|^pskb_|^__pskb_|^d?put$|^dput|^iput|^fast_dput|^lockref_|^_?compound_head|^(?:__)?(?:un)?lock_page|^folio_(?:un)?lock|^drop_nlink|^inc_nlink|^clear_nlink|^(?:ida|idr)_(?:free|remove|destroy)|^ref_tracker_|^__raw_(?:read|write)[bwlq]|^logic_(?:in|out)|^(?:in|out)[bwl]$|^(?:__)?(?:count|mod)_memcg|^memcg_(?:slab|alloc|kmem)|^get_mem_cgroup_from|^aes|^crypto_|^cipher_|skcipher_|^(?:cbc|ctr|xts|ecb|essiv|adiantum|gcm)_|^raw_seqcount|^read_seq|^sha\d|^nla_|^memdup|^v?memdup|strn?dup|^rb_(?:next|prev|first|erase|insert)|^__rb_/;

/** Allocators: the caller decides. */
export const allocators =
  /^(?:__)?k[mvz]?alloc|^kvmalloc|^__do_kmalloc|kmem_cache|kzalloc|kcalloc|krealloc|^k[vz]?free|kfree_(?:skb_list|const)$|^slab_|^___?slab|^__slab|^free_to_partial|vmalloc|^vfree|^__vmalloc|^cache_alloc|^do_slab|^(?:__)?alloc_(?:frozen_)?pages|^free_large_kmalloc|^___kmalloc|_kmalloc_|^free_(?:unref_)?pages?$|^__free_pages|^get_page_from_freelist|^kmalloc|^memcg_alloc/;

/** Timers, work, kobjects and devices: torn down on behalf of their owner. */
export const lifetime =
  /^del_timer|^(?:__)?mod_timer|^add_timer|^(?:__)?queue_(?:delayed_)?work|^__queue_(?:delayed_)?work|^insert_work|^timer_delete|^timer_shutdown|^try_to_del_timer|flush_work|__cancel_work|cancel_(?:delayed_)?work|try_to_grab_pending|(?:flush|drain|destroy)_workqueue|finish_wait|kthread_stop|kobject_(?:del|put|uevent_env)|add_uevent_var|get_device_parent|^devres_|^release_nodes|^device_release$|^kobject_cleanup|^bus_remove_device|^device_(?:add|del|unregister|destroy|for_each_child|remove_file)$|hwrng_unregister|i2c_del_adapter|__unregister_client|rollback_registered|unregister_netdev|sysfs_remove|tty_unregister_device|dummy_urb_enqueue|usb_kill_|usb_control_msg|usb_hcd_submit_urb|usb_submit_urb/;

export const commonSkip: readonly RegExp[] = [
  sanitizers,
  reporters,
  checkers,
  locking,
  helpers,
  allocators,
  lifetime,
];
