// Logs to time the verdict engine on, made anew each time: the same seed gives the same bytes.

/** A small generator of numbers (mulberry32), so that logs differ in detail and not from run to run. */
export function numbers(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

const chatter = [
  'pci 0000:00:{n}.0: BAR 4 [mem 0xfe{h}000-0xfe{h}fff 64bit pref]: assigned',
  'nvme nvme{n}: 2/0/0 default/read/poll queues',
  'systemd[1]: Started unit-{n}.service - a service with an ordinary name.',
  'EXT4-fs (vda{n}): mounted filesystem {h}-{h} r/w with ordered data mode.',
  'ACPI: PCI Interrupt Link [LNK{n}] (IRQs 5 10 *11)',
  'usb 1-{n}: new high-speed USB device number {n} using xhci_hcd',
  'clocksource: tsc: mask: 0xffffffffffffffff max_cycles: 0x{h}, max_idle_ns: 4407{n} ns',
  'audit: type=1400 audit({n}.{n}:{n}): apparmor="STATUS" operation="profile_load" name="p{h}"',
  'NET: Registered PF_VSOCK protocol family',
  'zram{n}: detected capacity change from 0 to {n}',
];

const hex = (random: () => number): string => Math.floor(random() * 0xfff + 0x1000).toString(16);

/** One line as a serial console writes it. */
export function line(seconds: number, caller: string, text: string): string {
  return `[${seconds.toFixed(6).padStart(12)}][${caller.padStart(6)}] ${text}\r\n`;
}

/** About `bytes` of a kernel that boots and has nothing to report. */
export function cleanLog(bytes: number, random = numbers(1)): string {
  const parts: string[] = [];
  let seconds = 0;
  for (let size = 0; size < bytes; seconds += random() / 100) {
    const text = (chatter[Math.floor(random() * chatter.length)] ?? '')
      .replaceAll('{n}', String(Math.floor(random() * 4000)))
      .replaceAll('{h}', hex(random));
    const made = line(seconds, `T${Math.floor(random() * 900)}`, text);
    parts.push(made);
    size += made.length;
  }
  return parts.join('');
}

const below = (random: () => number, names: readonly string[]): string[] =>
  names.map((name, i) => `${i % 5 === 3 ? ' ? ' : ' '}${name}+0x${hex(random)}/0x${hex(random)}`);

/** The lines of one report by a function of its own, in one of the shapes that kernels use. */
export function report(id: number, random = numbers(id)): string[] {
  const fn = `device_step_${id}`;
  const at = `${fn}+0x${hex(random)}/0x${hex(random)}`;
  const cpu = `CPU: ${id % 4} UID: 0 PID: ${1000 + id} Comm: worker/${id} Not tainted 6.12.0 #1`;
  const registers = ['RAX', 'RDX', 'RBP', 'R10', 'R13'].map(
    (name) => `${name}: ffff8880${hex(random)}0000 RBX: 0000000000000000 RCX: ffffffff81${hex(random)}`,
  );
  const trace = [
    'Call Trace:',
    ' <TASK>',
    ...below(random, [
      `${fn}`,
      'step_all',
      'walk_range',
      'handle_mm_fault',
      'do_user_addr_fault',
      'vfs_ioctl',
      '__x64_sys_ioctl',
      'do_syscall_64',
      'entry_SYSCALL_64_after_hwframe',
    ]),
    ' </TASK>',
  ];
  const shapes: readonly (() => string[])[] = [
    () => [
      '='.repeat(66),
      `BUG: KASAN: slab-use-after-free in ${at}`,
      `Read of size 8 at addr ffff8880${hex(random)}0010 by task worker/${1000 + id}`,
      '',
      cpu,
      'Hardware name: QEMU Standard PC (Q35 + ICH9, 2009)',
      'Call Trace:',
      ' <TASK>',
      ...below(random, [
        'dump_stack_lvl',
        'print_report',
        'kasan_report',
        fn,
        'step_all',
        'vfs_ioctl',
        'do_syscall_64',
      ]),
      ' </TASK>',
      '',
      `Allocated by task ${1000 + id}:`,
      ...below(random, ['kasan_save_stack', '__kasan_kmalloc', 'device_make', 'step_all']),
      '',
      `Freed by task ${1000 + id}:`,
      ...below(random, ['kasan_save_stack', '__kasan_slab_free', 'kfree', 'device_drop']),
      '',
      `The buggy address belongs to the object at ffff8880${hex(random)}0000`,
      ' which belongs to the cache kmalloc-64 of size 64',
      'Memory state around the buggy address:',
      ` ffff8880${hex(random)}0f80: 00 00 00 00 fc fc fc fc fa fb fb fb fb fb fb fb`,
      '='.repeat(66),
    ],
    () => [
      '------------[ cut here ]------------',
      `WARNING: CPU: ${id % 4} PID: ${1000 + id} at drivers/device/step.c:${100 + (id % 800)} ${at}`,
      'Modules linked in:',
      cpu,
      `RIP: 0010:${at}`,
      'Code: 48 89 e5 41 57 41 56 41 55 41 54 53 48 83 ec 18 <0f> 0b 48 83 c4 18 5b 41 5c',
      ...registers,
      ...trace,
      '---[ end trace 0000000000000000 ]---',
    ],
    () => [
      `INFO: task worker/${id}:${1000 + id} blocked for more than 122 seconds.`,
      '      Not tainted 6.12.0 #1',
      '"echo 0 > /proc/sys/kernel/hung_task_timeout_secs" disables this message.',
      `task:worker/${id}  state:D stack:0 pid:${1000 + id} tgid:${1000 + id} ppid:2 flags:0x00004000`,
      'Call Trace:',
      ' <TASK>',
      ...below(random, ['__schedule', 'schedule', 'schedule_timeout', 'wait_for_completion', fn, 'kthread']),
      ' </TASK>',
    ],
    () => [
      'BUG: sleeping function called from invalid context at kernel/locking/mutex.c:585',
      `in_atomic(): 1, irqs_disabled(): 0, non_block: 0, pid: ${1000 + id}, name: worker/${id}`,
      'preempt_count: 1, expected: 0',
      cpu,
      ...trace,
    ],
  ];
  return shapes[id % shapes.length]?.() ?? [];
}

/** `count` reports of different bugs, seconds apart, in about `bytes` of log. */
export function reportsLog(count: number, bytes: number): string {
  const random = numbers(7);
  const parts: string[] = [];
  const gap = bytes / count;
  for (let id = 0; id < count; id++) {
    const caller = `T${1000 + id}`;
    const lines = report(id).map((text, i) => line(id * 3 + i / 1000, caller, text));
    const size = lines.reduce((sum, { length }) => sum + length, 0);
    parts.push(
      ...lines,
      cleanLog(Math.max(0, gap - size), random).replaceAll(
        /^\[ *\d+/gm,
        `[${String(id * 3 + 1).padStart(5)}`,
      ),
    );
  }
  return parts.join('');
}

/** Small logs, each of a boot that ends in one report: what a farm of machines sends. */
export function smallLogs(count: number): Buffer[] {
  return Array.from({ length: count }, (_, id) => {
    const random = numbers(id + 1);
    const boot = cleanLog(1_000 + Math.floor(random() * 6_000), random);
    const lines = report(id, random).map((text, i) => line(100 + i / 1000, `T${1000 + id}`, text));
    return Buffer.from(boot + lines.join(''), 'latin1');
  });
}
