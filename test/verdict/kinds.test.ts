// Kinds of reports by the kernel's own formats, whether or not anybody has shown us one.
import test from 'ava';
import { rules } from '../../src/verdict/rules/index.js';
import { judgeText, log, onlySplat, stack } from './support/logs.js';

const cpu = 'CPU: 1 UID: 0 PID: 77 Comm: my prog Not tainted 6.12.117 #3';
const frame = '='.repeat(66);
const arm64 = [
  'pc : cmb_peek+0x2a/0x90',
  'lr : cmb_ioctl+0x24/0x90',
  'Call trace:',
  ' cmb_peek+0x2a/0x90',
  ' cmb_ioctl+0x1/0x20',
];
const mips = [
  cpu,
  'epc   : ffffffff80123456 cmb_peek+0x4c/0x78',
  'Call Trace:',
  '[<ffffffff80123456>] cmb_peek+0x4c/0x78',
  '[<ffffffff80123460>] cmb_ioctl+0x6c/0x120',
];

type Kind = readonly [what: string, lines: readonly string[], splatClass: string, title: string];

// mm/kasan/report.c: the kinds of bug_type.
const kasan = [
  'slab-use-after-free',
  'use-after-free',
  'slab-out-of-bounds',
  'global-out-of-bounds',
  'stack-out-of-bounds',
  'alloca-out-of-bounds',
  'vmalloc-out-of-bounds',
  'wild-memory-access',
  'user-memory-access',
  'null-ptr-deref',
  'invalid-access',
].map(
  (kind): Kind => [
    `KASAN's ${kind}`,
    [
      frame,
      `BUG: KASAN: ${kind} in cmb_peek+0x31/0x90`,
      'Write of size 8 at addr ffff88801a2b3c40 by task my prog/77',
      '',
      cpu,
      ...stack('dump_stack_lvl', 'print_report', 'kasan_report', 'cmb_peek', 'cmb_ioctl'),
      frame,
    ],
    /use-after/.test(kind)
      ? 'KASAN-USE-AFTER-FREE-WRITE'
      : kind === 'null-ptr-deref'
        ? 'KASAN-NULL-POINTER-DEREFERENCE-WRITE'
        : 'KASAN-WRITE',
    `KASAN: ${kind} Write in cmb_peek`,
  ],
);

// kernel/kcsan/report.c: print_report. mm/kmsan/report.c: kmsan_print_report.
const races = ['data-race', 'assert: race'].flatMap((kind): Kind[] =>
  [
    ['cmb_give / cmb_take', 'cmb_give / cmb_take'],
    ['cmb_take+0x31/0x90', 'cmb_take'],
  ].map(([printed, named]) => [
    `a ${kind} in ${printed}`,
    [
      frame,
      `BUG: KCSAN: ${kind} in ${printed}`,
      '',
      'race at unknown origin, with read to 0xffff88801a2b3c40 of 8 bytes by task 77 on cpu 1:',
      ' cmb_take+0x31/0x90',
      '',
      'Reported by Kernel Concurrency Sanitizer on:',
      cpu,
      frame,
    ],
    kind === 'data-race' ? 'KCSAN-DATARACE' : 'KCSAN-ASSERT',
    `KCSAN: ${kind} in ${named}`,
  ]),
);

const infoleaks = ['kernel-infoleak', 'kernel-usb-infoleak', 'kernel-other-infoleak'].map(
  (kind): Kind => [
    `a ${kind}`,
    [
      '='.repeat(53),
      `BUG: KMSAN: ${kind} in _copy_to_user+0x31/0x90`,
      ' _copy_to_user+0x31/0x90',
      ' cmb_ioctl+0x31/0x90',
      '',
      'Uninit was created at:',
      ' cmb_make+0x31/0x90',
      '',
      'Bytes 4-7 of 8 are uninitialized',
      '='.repeat(53),
    ],
    'KMSAN-INFO-LEAK',
    `KMSAN: ${kind} in cmb_ioctl`,
  ],
);

// kernel/locking/spinlock_debug.c: spin_bug.
const spinlocks = ['bad magic', 'wrong CPU', 'trylock failure on UP'].map(
  (kind): Kind => [
    `a spinlock: ${kind}`,
    [
      `BUG: spinlock ${kind} on CPU#1, my prog/77`,
      ' lock: 0xffff88801a2b3c40, .magic: 00000000, .owner: <none>/-1, .owner_cpu: 0',
      cpu,
      ...stack('dump_stack_lvl', 'spin_bug', 'do_raw_spin_lock', '_raw_spin_lock', 'cmb_take'),
    ],
    'LOCKDEP',
    `BUG: spinlock ${kind} in cmb_take`,
  ],
);

// arch/arm64/kernel/traps.c: die, with what its callers say.
const internal = [
  'Oops - Undefined instruction: 0000000002000000',
  'Oops - BTI: 0000000036000003',
  'synchronous external abort: 0000000096000410',
  'SP/PC alignment exception: 000000008a000000',
  'UBSAN: array index out of bounds: 00000000f2005512',
  ': 1c06',
].map(
  (what): Kind => [
    `an internal error, ${what}`,
    [`Internal error: ${what} [#1] PREEMPT SMP`, cpu, ...arm64],
    'DoS',
    'Internal error in cmb_peek',
  ],
);

const kinds: readonly Kind[] = [
  ...kasan,
  ...races,
  ...infoleaks,
  ...spinlocks,
  ...internal,
  [
    'an instruction that mips does not know',
    ['Reserved instruction in kernel code[#1]:', ...mips],
    'DoS',
    'Reserved instruction in kernel code in cmb_peek',
  ],
  [
    // kernel/hung_task.c before 5.10, with a name of two words.
    'a task that does not die',
    [
      "INFO: task my prog:77 can't die for more than 143 seconds.",
      'task:my prog         state:D stack:    0 pid:   77 ppid:     1 flags:0x00004006',
      ...stack('__schedule', 'schedule', 'cmb_drain', 'cmb_ioctl'),
    ],
    'HANG',
    "INFO: task can't die in cmb_drain",
  ],
  [
    // arch/arm/kernel/unwind.c: the stack of another task has no head.
    'a task that hangs on 32-bit ARM',
    [
      'INFO: task probe:77 blocked for more than 120 seconds.',
      '      Not tainted 6.1.0 #3',
      'task:probe           state:D stack:0     pid:77    ppid:1      flags:0x00000000',
      '[<8079ef70>] (__schedule) from [<8079f5d8>] (schedule+0x50/0xa8)',
      '[<8079f5d8>] (schedule) from [<807a26d8>] (rwsem_down_read_slowpath+0x10c/0x15c)',
      '[<807a26d8>] (rwsem_down_read_slowpath) from [<807a1d6c>] (down_read+0x5c/0x60)',
      '[<807a1d6c>] (down_read) from [<807a5418>] (cmb_drain+0xfc/0x3a4)',
    ],
    'HANG',
    'INFO: task hung in cmb_drain',
  ],
  [
    'locks that a task of two words keeps',
    [
      '====================================',
      'WARNING: my prog/77 still has locks held!',
      '6.12.117 #3 Not tainted',
      '------------------------------------',
      '1 lock held by my prog/77:',
      ' #0: ffff88801a2b3c40 (&cmb->lock){+.+.}-{3:3}, at: cmb_take+0x31/0x90',
      '',
      'stack backtrace:',
      cpu,
      ...stack('dump_stack_lvl', 'do_exit'),
    ],
    'LOCKDEP',
    'WARNING: still has locks held in cmb_take',
  ],
  [
    // drivers/misc/lkdtm, and any driver behind fs/debugfs/file.c: full_proxy_write.
    'a loop below debugfs',
    [
      'watchdog: BUG: soft lockup - CPU#1 stuck for 26s! [my prog:77]',
      cpu,
      'RIP: 0010:cmb_spin+0x31/0x90',
      ...stack('cmb_spin', 'cmb_debug_write', 'full_proxy_write', 'vfs_write', 'ksys_write'),
    ],
    'HANG',
    'BUG: soft lockup in cmb_debug_write',
  ],
  [
    // lib/refcount.h: __refcount_add may be a function of its own.
    'a refcount whose helper is no inline',
    [
      'refcount_t: addition on 0; use-after-free.',
      'WARNING: CPU: 1 PID: 77 at lib/refcount.c:25 refcount_warn_saturate+0x31/0x90',
      cpu,
      'RIP: 0010:refcount_warn_saturate+0x31/0x90',
      ...stack('__refcount_add', 'get_device', 'cmb_open'),
    ],
    'REFCOUNT_WARNING',
    'WARNING: refcount bug in cmb_open',
  ],
  [
    'a user address that a copy trips over',
    [
      'BUG: unable to handle page fault for address: ffffc90000123000',
      'Oops: Oops: 0000 [#1] SMP',
      cpu,
      'RIP: 0010:rep_movs_alternative+0x31/0x90',
      ...stack('_copy_to_iter', 'cmb_read', 'vfs_read'),
    ],
    'MEMORY_SAFETY_BUG',
    'BUG: unable to handle kernel paging request in cmb_read',
  ],
  [
    // lib/string_helpers.c: __fortify_panic warns and then calls BUG().
    'an overflow that fortify stops',
    [
      '------------[ cut here ]------------',
      'memcpy: detected buffer overflow: 16 byte write of buffer size 8',
      'WARNING: CPU: 1 PID: 77 at lib/string_helpers.c:1032 __fortify_report+0x31/0x90',
      cpu,
      'RIP: 0010:__fortify_report+0x31/0x90',
      ...stack('__fortify_panic', 'cmb_copy', 'cmb_ioctl'),
      '---[ end trace 0000000000000000 ]---',
      '------------[ cut here ]------------',
      'kernel BUG at lib/string_helpers.c:1040!',
      'Oops: invalid opcode: 0000 [#1] SMP',
      cpu,
      'RIP: 0010:__fortify_panic+0x31/0x90',
      ...stack('cmb_copy', 'cmb_ioctl'),
      '---[ end trace 0000000000000000 ]---',
    ],
    'WARNING',
    'WARNING in cmb_copy',
  ],
  [
    // mm/kasan/report.c before 4.10 let SLUB describe the object, frame and all, between its headline and its stack.
    'a KASAN report of old, with what SLUB says inside',
    [
      frame,
      'BUG: KASAN: use-after-free in memcpy+0x31/0x90 at addr ffff88801a2b3c40',
      'Read of size 8 by task probe/77',
      '='.repeat(77),
      'BUG kmalloc-96 (Not tainted): kasan: bad access detected',
      '-'.repeat(77),
      '',
      'INFO: Allocated in cmb_make+0x1/0x20 age=7 cpu=0 pid=77',
      'INFO: Freed in cmb_drop+0x1/0x20 age=3 cpu=0 pid=77',
      'INFO: Slab 0xffffea0000000000 objects=9 used=1 fp=0xffff88801a2b3c40 flags=0x80',
      'INFO: Object 0xffff88801a2b3c40 @offset=64 fp=0x          (null)',
      '',
      'CPU: 1 PID: 77 Comm: probe Not tainted 4.4.0 #3',
      'Call Trace:',
      ' [<ffffffff81234567>] dump_stack+0x31/0x90',
      ' [<ffffffff81234567>] kasan_report_error+0x31/0x90',
      ' [<ffffffff81234567>] memcpy+0x31/0x90',
      ' [<ffffffff81234567>] cmb_peek+0x31/0x90',
      frame,
    ],
    'KASAN-USE-AFTER-FREE-READ',
    'KASAN: use-after-free Read in cmb_peek',
  ],
  [
    // fs/ext4/super.c: ext4_handle_error. Lines of ext4 are no reports, its panics are.
    'a panic whose reason reads like a line of a file system',
    ['Kernel panic - not syncing: EXT4-fs (device loop0): panic forced after error', cpu, ...stack('panic')],
    'DoS',
    'kernel panic: EXT4-fs (device loop0): panic forced after error',
  ],
  [
    'a panic that the command line asks of KMSAN',
    ['Kernel panic - not syncing: kmsan.panic set ...', cpu, ...stack('dump_stack_lvl', 'panic')],
    'DoS',
    'kernel panic: kmsan.panic set',
  ],
];

for (const [what, lines, splatClass, title] of kinds) {
  test(`${what} has its class and its name`, (t) => {
    const splat = onlySplat(log(lines));
    t.is(splat.title, title);
    t.is(splat.class, splatClass);
    if (!what.startsWith('a panic')) t.is(splat.corrupted, null);
  });
}

const leaked = (fn: string): string[] => [
  `kmemleak: unreferenced object 0xffff88801a2b3c40 (size 64):`,
  'kmemleak:   comm "my prog", pid 77, jiffies 4294712345',
  'kmemleak:   hex dump (first 32 bytes):',
  'kmemleak:     00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00  ................',
  'kmemleak:   backtrace (crc 0):',
  'kmemleak:     __kmalloc_cache_noprof+0x31/0x90',
  `kmemleak:     ${fn}+0x31/0x90`,
];

test('each object that leaks is a report of its own, with or without a headline above it', (t) => {
  const titles = (text: string): string[] => judgeText(text).splats.map(({ title }) => title);
  const wanted = ['memory leak in cmb_open', 'memory leak in cmb_make'];
  t.deepEqual(titles(log([...leaked('cmb_open'), ...leaked('cmb_make')])), wanted);
  const headed = ['cmb_open', 'cmb_make'].flatMap((fn) => ['BUG: memory leak', ...leaked(fn), '']);
  t.deepEqual(titles(log(headed)), wanted);
});

const reboot = [
  'SeaBIOS (version 1.16)',
  'Decompressing Linux... Parsing ELF... done.',
  'Booting the kernel.',
];

test('a kernel that boots again is seen whatever its console puts before its lines', (t) => {
  for (const last of [
    '[   64.026827] cmb: ready',
    '<6>[   64.026827][    T1] cmb: ready',
    '\x1b[0m[   64.026827] cmb: ready',
    'Nov 22 10:00:01 guest kernel: [   64.026827] cmb: ready',
    'guest login: ',
  ]) {
    const { splats } = judgeText(`${[last, ...reboot].join('\n')}\n`);
    t.deepEqual(
      splats.map(({ title }) => title),
      ['unexpected kernel reboot'],
      last,
    );
  }
  t.deepEqual(judgeText(`${['loading', '[    0.5] early', ...reboot].join('\n')}\n`).splats, []);
});

test('no two rows are the same', (t) => {
  const seen = new Set(rules.map(({ start, needs }) => `${start.source} ${needs?.source}`));
  t.is(seen.size, rules.length);
});
