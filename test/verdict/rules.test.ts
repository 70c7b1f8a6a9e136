import test from 'ava';
import { rules } from '../../src/verdict/rules/index.js';
import { matchLine, startWords } from '../../src/verdict/rules/match.js';
import { judgeText, log, onlySplat, oops612, stack, warning73, warning612 } from './support/logs.js';

interface Case {
  readonly lines: readonly string[];
  readonly class: string;
  readonly title: string;
}

const trace = stack('dump_stack_lvl', 'cmb_fault', 'handle_mm_fault', 'do_syscall_64');
const registers = ['CPU: 0 UID: 0 PID: 9 Comm: probe Not tainted 6.12.117', 'RIP: 0010:cmb_copy+0x2a/0x90'];
const located = (file: string, fn: string): string => `WARNING: CPU: 1 PID: 9 at ${file}:61 ${fn}+0x2a/0x90`;
const recent = (file: string, fn: string): string => `WARNING: ${file}:61 at ${fn}+0x2a/0x90, CPU#1: probe/9`;

const cases: Readonly<Record<string, Case>> = {
  'a 6.12 warning': { lines: warning612, class: 'WARNING', title: 'WARNING in p2p_release' },
  'a 7.3 warning': { lines: warning73, class: 'WARNING', title: 'WARNING in p2p_release' },
  'a 7.3 warning with its condition': {
    lines: warning73.map((line) => line.replace('WARNING: ', 'WARNING: [count < 0] ')),
    class: 'WARNING',
    title: 'WARNING in p2p_release',
  },
  'a warning at 0x0, told by the registers': {
    lines: [
      'WARNING: lib/refcount.c:22 at 0x0, CPU#1: probe/9',
      'RIP: 0010:refcount_warn_saturate+0x1/0x10',
      ...stack('cmb_get', 'cmb_open'),
    ],
    class: 'REFCOUNT_WARNING',
    title: 'WARNING: refcount bug in cmb_get',
  },
  'a page fault of 6.12': {
    lines: [
      'BUG: unable to handle page fault for address: ffffc90000123000',
      'Oops: Oops: 0002 [#1] PREEMPT SMP',
      ...registers,
      ...trace,
    ],
    class: 'MEMORY_SAFETY_BUG',
    title: 'BUG: unable to handle kernel paging request in cmb_copy',
  },
  'a page fault of 7.3': {
    lines: [
      'BUG: unable to handle page fault for address: ffffc90000123000',
      'Oops: Oops: 0002 [#1] SMP KASAN',
      ...registers,
      ...trace,
    ],
    class: 'MEMORY_SAFETY_BUG',
    title: 'BUG: unable to handle kernel paging request in cmb_copy',
  },
  'a null dereference': {
    lines: oops612,
    class: 'NULL-POINTER-DEREFERENCE',
    title: 'BUG: unable to handle kernel NULL pointer dereference in gup_walk',
  },
  'a general protection fault': {
    lines: [
      'Oops: general protection fault, probably for non-canonical address 0xdffffc0000000003: 0000 [#1] SMP KASAN',
      'KASAN: null-ptr-deref in range [0x0000000000000018-0x000000000000001f]',
      ...registers,
      ...trace,
    ],
    class: 'DoS',
    title: 'general protection fault in cmb_copy',
  },
  'an oops header that no row knows better': {
    lines: ['Oops: Oops: 0000 [#1] SMP', ...registers, ...trace],
    class: 'MEMORY_SAFETY_BUG',
    title: 'Oops in cmb_copy',
  },
  'a BUG()': {
    lines: [
      '------------[ cut here ]------------',
      'kernel BUG at mm/gup.c:133!',
      'Oops: invalid opcode: 0000 [#1] PREEMPT SMP',
      ...registers,
      ...trace,
    ],
    class: 'BUG',
    title: 'kernel BUG in cmb_copy',
  },
  'a page that is still mapped when freed': {
    lines: [
      'page: refcount:0 mapcount:1 mapping:0000000000000000 index:0x0 pfn:0x1f203',
      'page dumped because: VM_BUG_ON_PAGE(page_mapped(page))',
      '------------[ cut here ]------------',
      'kernel BUG at mm/page_alloc.c:900!',
      'Oops: invalid opcode: 0000 [#1] SMP',
      ...registers,
      ...trace,
    ],
    class: 'BUG',
    title: 'kernel BUG in cmb_copy',
  },
  'a VM_WARN_ON without its warning': {
    lines: [
      'page: refcount:1 mapcount:0 mapping:0000000000000000 index:0x0 pfn:0x1f203',
      'page dumped because: VM_WARN_ON_ONCE_PAGE(PageTail(page))',
      ...trace,
    ],
    class: 'PAGE-STATE',
    title: 'VM_WARN_ON_ONCE_PAGE in cmb_fault',
  },
  'a bad page state': {
    lines: [
      'BUG: Bad page state in process probe  pfn:1f203',
      'page: refcount:0 mapcount:0 mapping:0 index:0x0 pfn:0x1f203',
      'page dumped because: nonzero _refcount',
      ...stack('bad_page', 'free_unref_page', 'cmb_drop'),
    ],
    class: 'PAGE-STATE',
    title: 'BUG: Bad page state in cmb_drop',
  },
  'a bad page map of 7.3': {
    lines: [
      'BUG: Bad page map in process probe  pte:80000001f203067',
      'pgd:1 p4d:1 pud:1 pmd:1',
      ...stack('print_bad_page_map', 'zap_pte_range', 'cmb_zap'),
    ],
    class: 'PAGE-STATE',
    title: 'BUG: Bad page map in cmb_zap',
  },
  'a bad rss counter of 7.3': {
    lines: ['BUG: Bad rss-counter state mm:00000000f1 type:MM_FILEPAGES val:2 Comm:probe Pid:9'],
    class: 'PAGE-STATE',
    title: 'BUG: Bad rss-counter state',
  },
  'a SLUB report and its warning': {
    lines: [
      '='.repeat(77),
      'BUG cmb-chunk (Tainted: G    B             ): Object already free',
      '-'.repeat(77),
      'Slab 0xffffea0000a1b2c0 objects=16 used=3 fp=0xffff888028 flags=0x100',
      '------------[ cut here ]------------',
      located('mm/slub.c', 'object_err'),
      ...registers,
      ...trace,
      '---[ end trace 0000000000000000 ]---',
    ],
    class: 'DoS',
    title: 'BUG: Object already free',
  },
  'a redzone': {
    lines: [
      '[Right Redzone overwritten] 0x1-0x2 @offset=104. First byte 0x41 instead of 0xcc',
      '='.repeat(77),
      'BUG cmb-chunk (Not tainted): Object corrupt',
      '-'.repeat(77),
      ...trace,
    ],
    class: 'MEMORY_SAFETY_BUG',
    title: 'BUG: Object corrupt in cmb-chunk',
  },
  'a list with its warning': {
    lines: [
      'list_del corruption. prev->next should be ffff1, but was ffff2. (prev=ffff3)',
      located('lib/list_debug.c', '__list_del_entry_valid'),
      'RIP: 0010:__list_del_entry_valid+0x1/0x10',
      ...trace,
      '---[ end trace 0000000000000000 ]---',
    ],
    class: 'MEMORY_SAFETY_BUG',
    title: 'WARNING: corrupted list in cmb_fault',
  },
  'a list message alone': {
    lines: ['list_add double add: new=ffff1, prev=ffff2, next=ffff1.'],
    class: 'MEMORY_SAFETY_BUG',
    title: 'BUG: corrupted list',
  },
  'a refcount message alone': {
    lines: ['refcount_t: underflow; use-after-free.'],
    class: 'REFCOUNT_WARNING',
    title: 'WARNING: refcount bug',
  },
  'a DMA-API report of 6.12': {
    lines: [
      '------------[ cut here ]------------',
      'DMA-API: nvme 0000:02:00.0: device driver frees DMA memory it has not allocated [device address=0x1] [size=4096 bytes]',
      located('kernel/dma/debug.c', 'check_unmap'),
      'RIP: 0010:check_unmap+0x1/0x10',
      ...stack('debug_dma_unmap_page', 'nvme_unmap_data'),
    ],
    class: 'DMA-API',
    title: 'WARNING: DMA-API bug in nvme_unmap_data',
  },
  'a DMA-API report of 7.3': {
    lines: [
      recent('kernel/dma/debug.c', 'check_unmap'),
      'RIP: 0010:check_unmap+0x1/0x10',
      ...stack('debug_dma_unmap_phys', 'nvme_unmap_data'),
    ],
    class: 'DMA-API',
    title: 'WARNING: DMA-API bug in nvme_unmap_data',
  },
  'an IOMMU fault of 6.12': {
    lines: [
      'DMAR: [DMA Read NO_PASID] Request device [02:00.0] fault addr 0xfe0000 [fault reason 0x06] PTE Read access is not set',
    ],
    class: 'DMA-API',
    title: 'DMAR: fault (DMA Read NO_PASID)',
  },
  'an IOMMU fault of 7.3': {
    lines: [
      'DMAR: [DMA Write NO_PASID] Request device [0000:02:00.0] fault addr 0xfe0000 [fault reason 0x05] PTE Write access is not set',
    ],
    class: 'DMA-API',
    title: 'DMAR: fault (DMA Write NO_PASID)',
  },
  'a UBSAN report': {
    lines: [
      '-----------',
      'UBSAN: array-index-out-of-bounds in drivers/nvme/host/cmb.c:12:9',
      'index 9 is out of range for type int [4]',
      ...stack('dump_stack_lvl', '__ubsan_handle_out_of_bounds', 'cmb_index'),
      '---[ end trace ]---',
    ],
    class: 'MEMORY_SAFETY_UBSAN',
    title: 'UBSAN: array-index-out-of-bounds in cmb_index',
  },
  'a KFENCE report': {
    lines: [
      '='.repeat(66),
      'BUG: KFENCE: use-after-free read in cmb_peek+0x1/0x20',
      '',
      'Use-after-free read at 0xffff88 (in kfence-#7):',
      ' cmb_peek+0x1/0x20',
      ' cmb_ioctl+0x9/0x90',
      '='.repeat(66),
    ],
    class: 'KFENCE-USE-AFTER-FREE-READ',
    title: 'KFENCE: use-after-free read in cmb_peek',
  },
  'a KCSAN report': {
    lines: [
      '='.repeat(66),
      'BUG: KCSAN: data-race in cmb_get / cmb_put',
      '',
      'write to 0xffff88 of 4 bytes by task 8 on cpu 1:',
      ' cmb_put+0x1/0x2',
      '='.repeat(66),
    ],
    class: 'KCSAN-DATARACE',
    title: 'KCSAN: data-race in cmb_get / cmb_put',
  },
  'a KMSAN report': {
    lines: [
      '='.repeat(53),
      'BUG: KMSAN: uninit-value in cmb_sum+0x1/0x20',
      ' cmb_sum+0x1/0x20',
      ' cmb_ioctl+0x9/0x90',
      '='.repeat(53),
    ],
    class: 'KMSAN-UNINIT-VALUE',
    title: 'KMSAN: uninit-value in cmb_sum',
  },
  'a circular dependency': {
    lines: [
      '='.repeat(54),
      'WARNING: possible circular locking dependency detected',
      '6.12.117 #3 Not tainted',
      '-'.repeat(54),
      'probe/9 is trying to acquire lock:',
      'ffff888 (&dev->lock){+.+.}-{3:3}, at: cmb_lock_all+0x2a/0x90',
      '',
      'but task is already holding lock:',
      'ffff889 (&b){+.+.}-{3:3}, at: other+0x1/0x20',
      ...stack('dump_stack_lvl', 'lock_acquire', 'cmb_lock_all'),
    ],
    class: 'LOCKDEP',
    title: 'possible deadlock in cmb_lock_all',
  },
  'a lock held on return to user space': {
    lines: [
      '='.repeat(48),
      'WARNING: lock held when returning to user space!',
      '6.12.117 #3 Not tainted',
      '-'.repeat(48),
      'sh/70 is leaving the kernel with locks still held!',
      '1 lock held by sh/70:',
      ' #0: ffff888 (&q->q_usage_counter){++++}-{0:0}, at: cmb_start_freeze+0x5c/0xc0',
    ],
    class: 'LOCKDEP',
    title: 'WARNING: lock held when returning to user space in cmb_start_freeze',
  },
  'sleeping in atomic context': {
    lines: [
      'BUG: sleeping function called from invalid context at mm/cmb.c:7',
      'in_atomic(): 1, irqs_disabled(): 0, non_block: 0, pid: 9, name: probe',
      ...stack('dump_stack_lvl', '__might_resched', 'cmb_wait'),
    ],
    class: 'ATOMIC_SLEEP',
    title: 'BUG: sleeping function called from invalid context in cmb_wait',
  },
  'a spinlock': {
    lines: [
      'BUG: spinlock bad magic on CPU#1, probe/9',
      ...stack('dump_stack_lvl', 'do_raw_spin_lock', '_raw_spin_lock', 'cmb_take'),
    ],
    class: 'LOCKDEP',
    title: 'BUG: spinlock bad magic in cmb_take',
  },
  'a hung task of 6.12': {
    lines: [
      'INFO: task remover:92 blocked for more than 122 seconds.',
      '      Not tainted 6.12.117 #3',
      'task:remover state:D stack:0 pid:92',
      ...stack('__schedule', 'schedule', 'wait_for_completion', 'memunmap_pages', 'devm_release'),
    ],
    class: 'HANG',
    title: 'INFO: task hung in memunmap_pages',
  },
  'a hung task of 7.3': {
    lines: [
      'INFO: task remover:92 blocked in I/O wait for more than 122 seconds.',
      '      Not tainted 7.3.4 #1',
      'task:remover state:D stack:0 pid:92',
      ...stack('__schedule', 'io_schedule', 'cmb_flush'),
      'INFO: task remover:92 is blocked on a mutex likely owned by task other:93.',
    ],
    class: 'HANG',
    title: 'INFO: task hung in cmb_flush',
  },
  'a soft lockup': {
    lines: [
      'watchdog: BUG: soft lockup - CPU#1 stuck for 26s! [probe:9]',
      ...registers,
      ...stack('cmb_loop', 'cmb_write', 'vfs_write', 'do_syscall_64'),
    ],
    class: 'HANG',
    title: 'BUG: soft lockup in cmb_write',
  },
  'a hard lockup of 7.3': {
    lines: [
      'watchdog: CPU0: Watchdog detected hard LOCKUP on cpu 1',
      ...registers,
      ...stack('cmb_write', 'vfs_write', 'do_syscall_64'),
    ],
    class: 'HANG',
    title: 'BUG: hard lockup in cmb_write',
  },
  'an RCU stall': {
    lines: [
      'rcu: INFO: rcu_preempt self-detected stall on CPU',
      'rcu: \t1-....: (2100 ticks this GP)',
      'NMI backtrace for cpu 1',
      ...stack('dump_stack_lvl', 'rcu_sched_clock_irq', 'asm_sysvec_apic_timer_interrupt'),
      'RIP: 0010:cmb_spin+0x1/0x20',
      ' cmb_write+0x1/0x20',
      ' vfs_write+0x1/0x20',
    ],
    class: 'HANG',
    title: 'INFO: rcu detected stall in cmb_write',
  },
  'a workqueue lockup': {
    lines: ['BUG: workqueue lockup - pool cpus=0 node=0 flags=0x0 nice=0 stuck for 36s!'],
    class: 'HANG',
    title: 'BUG: workqueue lockup',
  },
  'an interrupt nobody wants': {
    lines: ['irq 11: nobody cared (try booting with the "irqpoll" option)'],
    class: 'IRQ',
    title: 'irq: nobody cared',
  },
  'a leak that kmemleak counts': {
    lines: ['kmemleak: 3 new suspected memory leaks (see /sys/kernel/debug/kmemleak)'],
    class: 'LEAK',
    title: 'kmemleak: new suspected memory leaks',
  },
  'a leaked object of 6.12': {
    lines: [
      'unreferenced object 0xffff88801 (size 64):',
      '  comm "probe", pid 9, jiffies 4294',
      '  backtrace (crc 1a2b):',
      '    kmemleak_alloc+0x1/0x2',
      '    cmb_new+0x9/0x90',
    ],
    class: 'LEAK',
    title: 'memory leak in cmb_new',
  },
  'memory used up': {
    lines: [
      'probe invoked oom-killer: gfp_mask=0x1, order=0, oom_score_adj=0',
      'Out of memory: Killed process 9 (probe) total-vm:1kB',
    ],
    class: 'RESOURCE',
    title: 'out of memory',
  },
  'a double fault': {
    lines: ['traps: PANIC: double fault, error_code: 0x0', 'Oops: double fault: 0000 [#1] SMP', ...registers],
    class: 'DoS',
    title: 'PANIC: double fault in cmb_copy',
  },
  'a dead init': {
    lines: ['Kernel panic - not syncing: Attempted to kill init! exitcode=0x00000100', ...trace],
    class: 'DoS',
    title: 'kernel panic: Attempted to kill init!',
  },
  'an arm64 oops': {
    lines: [
      'Unable to handle kernel paging request at virtual address ffff0000deadbeef',
      'Internal error: Oops: 0000000096000047 [#1] SMP',
      'pc : cmb_copy+0x2a/0x90',
      'lr : cmb_ioctl+0x1/0x20',
      'Call trace:',
      ' cmb_copy+0x2a/0x90',
      ' cmb_ioctl+0x1/0x20',
    ],
    class: 'MEMORY_SAFETY_BUG',
    title: 'BUG: unable to handle kernel paging request in cmb_copy',
  },
};

for (const [name, expected] of Object.entries(cases)) {
  test(`the engine names ${name}`, (t) => {
    const splat = onlySplat(log(['usb 1-1: new device', ...expected.lines, 'usb 1-1: gone']));
    t.is(splat.title, expected.title);
    t.is(splat.class, expected.class);
    t.is(splat.corrupted, null);
  });
}

const innocent = [
  'BIN_INFO: all well',
  'ODEBUG: selftest passed',
  'logger: !@Boot_DEBUG: start networkManagement',
  'Kernel command line: panic=-1 oops=panic panic_on_warn=1 BUG: x',
  'Speculative Return Stack Overflow: WARNING: kernel not compiled with MITIGATION_SRSO.',
  'RETBleed: WARNING: Spectre v2 mitigation leaves CPU vulnerable to RETBleed attacks, data leaks possible!',
  'ITS: WARNING: microcode is old',
  "WARNING: 'bootconfig' found on the kernel command line but CONFIG_BOOT_CONFIG is not set.",
  'process: WARNING: polling idle and HT enabled, performance may degrade',
  'mtrr_cleanup: WARNING: BIOS bug: VAR MTRR 1 contains strange UC entry under 1M',
  'workqueue: WARNING: Flushing system-wide workqueues will be prohibited in near future.',
  'WARNING: The mand mount option has been deprecated and',
  'XFS (loop4): WARNING: Reset corrupted AGFL on AG 0.',
  'INFO: lockdep is turned off.',
  'INFO: Stall ended during stack backtracing.',
  'INFO: Expedited stall ended before state dump start',
  'INFO: NMI handler (perf_event_nmi_handler) took too long to run: 1.203 msecs',
  'perf: interrupt took too long (3985 > 3976), lowering',
  'hrtimer: interrupt took 9182736 ns',
  'workqueue: cmb_work hogged CPU for >10000us 4 times',
  'traps: probe[12] general protection fault ip:40123f sp:7ffe error:0 in probe[401000+1000]',
  'probe[12]: segfault at 0 ip 000000000040123f sp 00007ffe error 4 in probe',
  'systemd[1]: foo.service: kernel panic: x',
  '*** stack smashing detected ***: terminated',
  'ALSA: seq fatal error: cannot create timer (-22)',
  'BUG: in callback at 12, callsite 9 !calls_callback',
  'x86/mm: Checked W+X mappings: passed, no W+X pages found.',
  'kmemleak: Kernel memory leak detector initialized (mem pool available: 15834)',
  'DMA-API: preallocated 65536 debug entries',
  'DMA-API: debugging enabled by kernel config',
  'BUG: Bad page state: 18 messages suppressed',
  'BUG cmb (Not tainted): kasan: bad access detected',
  'FIX cmb: Object at 0x1 not freed',
  'xlog_status: state 2 panic:1',
  "fuseblk: Unknown parameter 'Booting the kernel.'",
  '[Firmware Bug]: TSC_DEADLINE disabled due to Errata',
  'EXT4-fs warning (device vda): dx_probe:893: inode #2',
  'Unprivileged eBPF is enabled with eIBRS on',
  'not a general protection faultless day',
  'Spectre V2 : WARNING: Unprivileged eBPF is enabled',
  'usb 1-1: WARNINGS are fine',
  'bpf: INVALID BTF_INFO:30000',
  'skb_panic: text:ffffffff81234567 len:64 put:64 head:ffff888101234560',
  "warning: `probe' uses wireless extensions which will stop working for Wi-Fi 7 hardware; use nl80211",
  "warning: `probe' uses deprecated v2 capabilities in a way that may be insecure",
  'pktgen: WARNING: pkt_dev->frags != 0',
  'TOMOYO: WARNING: profile 0 is not defined',
  'sisfb: WARNING: bad mode',
  'rcu: INFO: rcu_preempt suppressed full report due to a stuck CSD-lock.',
  "clocksource: timekeeping watchdog on CPU1: Marking clocksource 'tsc' as unstable because the skew is too large:",
  'sched: RT throttling activated',
  'verifier BUG type 3',
  '**   NOTICE NOTICE NOTICE NOTICE NOTICE NOTICE NOTICE   **',
  'acpi PNP0A08:00: _OSC: OS now controls [PCIeHotplug PME AER PCIeCapability LTR]',
  'ok 12 cmb_reports_a_warning',
  '# cmb_test: BUG: is expected here',
  'qemu-system-x86_64: warning: TCG does not support requested feature',
  'Future hung task reports are suppressed, see sysctl kernel.hung_task_warnings',
  'probe: 12 callbacks suppressed',
  "WARNING: fbcon: Driver 'cmbfb' missed to adjust virtual screen size (0x0 vs. 640x480)",
  'EXT4-fs (vda): WARNING: mounting with nodelalloc',
  'EXT4-fs: Warning: mounting with data=journal disables delayed allocation',
  'INFO: recovery required on readonly filesystem',
  'INFO: sys_cmb is not present in /proc/kallsyms',
  'rmt_storage:INFO:main: done',
  'cmb: loaded out-of-tree module taints kernel.',
  'Disabling lock debugging due to kernel taint',
  'evtlog_status: enable:1, panic:1',
  'probe: page allocation failure: order:4, mode:0x40dc0(GFP_KERNEL|__GFP_COMP|__GFP_ZERO)',
  'FAULT_INJECTION: forcing a failure.',
  'KTAP version 1',
  'MDS: Vulnerable: Clear CPU buffers attempted, no microcode',
  'pci 0000:00:02.0: cannot be used for peer-to-peer DMA as the client and provider (nvme0) do not share an upstream bridge',
  'nvme nvme0: I/O tag 77 (1077) opcode 0x2 (I/O Cmd) QID 3 timeout, aborting req_op:READ(0) size:4096',
  'Buffer I/O error on dev nvme0n1, logical block 7, async page read',
  'random: 7 urandom warning(s) missed due to ratelimiting',
  'swiotlb: swiotlb buffer is full (sz: 4096 bytes), total 32768 (slots), used 32768 (slots)',
  'lkdtm: Performing direct entry WARNING',
  'Booting paravirtualized kernel on KVM',
];

for (const line of innocent) {
  test(`no report: ${line}`, (t) => {
    t.deepEqual(judgeText(log(['first', line, 'last'])).splats, []);
    t.deepEqual(judgeText(`${line}\n`).splats, []);
  });
}

test('every row has words that its own start can hold, long enough for the fast path', (t) => {
  const ids = new Set<string>();
  for (const rule of rules) {
    t.false(ids.has(rule.id), `two rows are called ${rule.id}`);
    ids.add(rule.id);
    t.true(rule.words.length > 0, rule.id);
    for (const word of rule.words) t.true(word.length >= 5, `${rule.id}: ${word}`);
  }
});

test('no row is lost to the fast path: a line that starts a report has one of the words', (t) => {
  for (const { lines } of Object.values(cases)) {
    for (const line of lines) {
      if (matchLine(line) !== null)
        t.true(
          startWords.some((word) => line.includes(word)),
          line,
        );
    }
  }
});
