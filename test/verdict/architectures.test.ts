// The same bugs as other architectures print them: the function is found wherever they put it.
import test from 'ava';
import { log, onlySplat } from './support/logs.js';

interface Case {
  readonly lines: readonly string[];
  readonly title: string;
}

const cpu = 'CPU: 1 UID: 0 PID: 77 Comm: probe Not tainted 6.12.117 #3';

const cases: Readonly<Record<string, Case>> = {
  // arch/arm64/kernel/traps.c, process.c: the trace begins where the exception was taken.
  'a warning of arm64': {
    lines: [
      '------------[ cut here ]------------',
      'WARNING: CPU: 1 PID: 77 at drivers/cmb/cmb.c:7 cmb_put+0x2a/0x90',
      'Modules linked in:',
      cpu,
      'pstate: 60400005 (nZCv daif +PAN -UAO -TCO -DIT -SSBS BTYPE=--)',
      'pc : cmb_put+0x2a/0x90',
      'lr : cmb_put+0x24/0x90',
      'sp : ffff800080123b40',
      'Call trace:',
      ' cmb_put+0x2a/0x90 (P)',
      ' cmb_release+0x14/0x40',
      ' __fput+0x114/0x2e0',
      '---[ end trace 0000000000000000 ]---',
    ],
    title: 'WARNING in cmb_put',
  },
  'a KASAN report of arm64 with tags': {
    lines: [
      '='.repeat(66),
      'BUG: KASAN: invalid-access in cmb_peek+0x2a/0x90',
      'Read at addr f0ff000012345678 by task probe/77',
      'Pointer tag: [f0], memory tag: [fe]',
      '',
      cpu,
      'Call trace:',
      ' dump_backtrace+0x94/0xec',
      ' show_stack+0x18/0x24',
      ' dump_stack_lvl+0x78/0x90',
      ' print_report+0x118/0x5e0',
      ' kasan_report+0x7c/0xa8',
      ' __do_kernel_fault+0x19c/0x1c8',
      ' do_tag_check_fault+0x78/0x8c',
      ' do_mem_abort+0x44/0x94',
      ' el1_abort+0x40/0x60',
      ' el1h_64_sync_handler+0xd8/0xe4',
      ' el1h_64_sync+0x64/0x68',
      ' cmb_peek+0x2a/0x90',
      ' cmb_ioctl+0x14/0x40',
      '='.repeat(66),
    ],
    title: 'KASAN: invalid-access Read in cmb_peek',
  },
  'an endless loop of arm64': {
    lines: [
      'watchdog: BUG: soft lockup - CPU#1 stuck for 26s! [probe:77]',
      'Modules linked in:',
      cpu,
      'pc : queued_spin_lock_slowpath+0x2a/0x90',
      'lr : cmb_spin+0x24/0x90',
      'Call trace:',
      ' queued_spin_lock_slowpath+0x2a/0x90 (P)',
      ' cmb_spin+0x14/0x40',
      ' cmb_ioctl+0x14/0x40',
      ' __arm64_sys_ioctl+0xb4/0xf4',
      ' invoke_syscall+0x48/0x118',
      ' el0_svc_common.constprop.0+0x40/0xe8',
    ],
    title: 'BUG: soft lockup in cmb_ioctl',
  },
  // arch/arm/kernel/traps.c: `Backtrace:` with pairs, the callee first.
  'an oops of arm': {
    lines: [
      '8<--- cut here ---',
      'Unable to handle kernel NULL pointer dereference at virtual address 00000018 when read',
      '[00000018] *pgd=80000000004003, *pmd=00000000',
      'Internal error: Oops: 206 [#1] PREEMPT SMP ARM',
      'Modules linked in:',
      'CPU: 1 PID: 77 Comm: probe Not tainted 6.1.0 #3',
      'PC is at cmb_peek+0x4c/0x78',
      'LR is at cmb_ioctl+0x6c/0x120',
      'pc : [<802b4048>]    lr : [<802e1324>]    psr: 60000193',
      'Backtrace: ',
      '[<802b3ffc>] (cmb_peek) from [<802e1324>] (cmb_ioctl+0x6c/0x120)',
    ],
    title: 'BUG: unable to handle kernel NULL pointer dereference in cmb_peek',
  },
  // arch/riscv/mm/fault.c, kernel/process.c.
  'an oops of riscv': {
    lines: [
      'Unable to handle kernel paging request at virtual address dfffffff00000003',
      'Oops [#1]',
      'Modules linked in:',
      cpu,
      'Hardware name: riscv-virtio,qemu (DT)',
      'epc : cmb_peek+0x4c/0x78',
      ' ra : cmb_ioctl+0x6c/0x120',
      'epc : ffffffff80123456 ra : ffffffff80123460 sp : ff2000000012bb10',
      'status: 0000000200000120 badaddr: dfffffff00000003 cause: 000000000000000d',
      '[<ffffffff80123456>] cmb_peek+0x4c/0x78',
      '[<ffffffff80123460>] cmb_ioctl+0x6c/0x120',
      '---[ end trace 0000000000000000 ]---',
    ],
    title: 'BUG: unable to handle kernel paging request in cmb_peek',
  },
  'a BUG of riscv': {
    lines: [
      '------------[ cut here ]------------',
      'kernel BUG at drivers/cmb/cmb.c:7!',
      'Kernel BUG [#1]',
      'Modules linked in:',
      cpu,
      'epc : cmb_put+0x4c/0x78',
      ' ra : cmb_put+0x4c/0x78',
      '[<ffffffff80123456>] cmb_put+0x4c/0x78',
      '---[ end trace 0000000000000000 ]---',
    ],
    title: 'kernel BUG in cmb_put',
  },
  // arch/powerpc/mm/fault.c: bad_page_fault; kernel/process.c: show_regs.
  'an oops of powerpc': {
    lines: [
      'BUG: Unable to handle kernel data access on read at 0xc0003ffe12345678',
      'Faulting instruction address: 0xc000000000123456',
      'Oops: Kernel access of bad area, sig: 11 [#1]',
      'LE PAGE_SIZE=64K MMU=Hash SMP NR_CPUS=2048 NUMA pSeries',
      'Modules linked in:',
      cpu,
      'NIP:  c000000000123456 LR: c000000000123460 CTR: 0000000000000000',
      'REGS: c00000000abcd000 TRAP: 0380   Not tainted  (6.12.117)',
      'NIP [c000000000123456] cmb_peek+0x4c/0x78',
      'LR [c000000000123460] cmb_ioctl+0x6c/0x120',
      'Call Trace:',
      '[c00000000abcd2a0] [c000000000123460] cmb_ioctl+0x6c/0x120 (unreliable)',
      '[c00000000abcd300] [c000000000123470] sys_ioctl+0xf4/0x170',
      '---[ end trace 0000000000000000 ]---',
    ],
    title: 'BUG: unable to handle kernel paging request in cmb_peek',
  },
  // arch/s390/kernel/dumpstack.c: show_registers, show_stack; mm/fault.c: do_no_context.
  'an oops of s390': {
    lines: [
      'Unable to handle kernel pointer dereference in virtual kernel address space',
      'Failing address: 0000000000000000 TEID: 0000000000000483',
      'Fault in home space mode while using kernel ASCE.',
      'Oops: 0004 ilc:2 [#1] SMP',
      'Modules linked in:',
      cpu,
      'Krnl PSW : 0704c00180000000 0000000000123456 (cmb_peek+0x4c/0x78)',
      '           R:0 T:1 IO:1 EX:1 Key:0 M:1 W:0 P:0 AS:3 CC:0 PM:0 RI:0 EA:3',
      'Krnl GPRS: 0000000000000001 0000000000000000 0000000000000000 0000000000000000',
      'Call Trace:',
      ' [<0000000000123456>] cmb_peek+0x4c/0x78 ',
      '([<0000000000123460>] left_over+0x6c/0x120)',
      ' [<0000000000123470>] cmb_ioctl+0x6c/0x120 ',
      'Last Breaking-Event-Address:',
      ' [<0000000000123444>] cmb_peek+0x3a/0x78',
      '---[ end trace 0000000000000000 ]---',
    ],
    title: 'BUG: unable to handle kernel paging request in cmb_peek',
  },
  // arch/mips/mm/fault.c, kernel/traps.c: __show_regs.
  'an oops of mips': {
    lines: [
      'CPU 1 Unable to handle kernel paging request at virtual address 0000000000000018, epc == ffffffff80123456, ra == ffffffff80123460',
      'Oops[#1]:',
      cpu,
      '$ 0   : 0000000000000000 0000000000000001 0000000000000000 0000000000000000',
      'epc   : ffffffff80123456 cmb_peek+0x4c/0x78',
      'ra    : ffffffff80123460 cmb_ioctl+0x6c/0x120',
      'Call Trace:',
      '[<ffffffff80123456>] cmb_peek+0x4c/0x78',
      '[<ffffffff80123460>] cmb_ioctl+0x6c/0x120',
      '---[ end trace 0000000000000000 ]---',
    ],
    title: 'BUG: unable to handle kernel paging request in cmb_peek',
  },
  // arch/loongarch/kernel/traps.c: __show_regs.
  'an oops of loongarch': {
    lines: [
      'CPU 1 Unable to handle kernel paging request at virtual address 0000000000000018, era == 9000000000123456, ra == 9000000000123460',
      'Oops[#1]:',
      cpu,
      'pc 9000000000123456 ra 9000000000123460 tp 9000000100abc000 sp 9000000100abfc00',
      '   ra: 9000000000123460 cmb_ioctl+0x6c/0x120',
      '  ERA: 9000000000123456 cmb_peek+0x4c/0x78',
      'Call Trace:',
      '[<9000000000123456>] cmb_peek+0x4c/0x78',
      '[<9000000000123460>] cmb_ioctl+0x6c/0x120',
      '---[ end trace 0000000000000000 ]---',
    ],
    title: 'BUG: unable to handle kernel paging request in cmb_peek',
  },
  // arch/x86 with 32 bits.
  'an oops of i386': {
    lines: [
      'BUG: kernel NULL pointer dereference, address: 00000018',
      '#PF: supervisor read access in kernel mode',
      'Oops: 0000 [#1] PREEMPT SMP',
      'CPU: 1 PID: 77 Comm: probe Not tainted 6.1.0 #3',
      'EIP: cmb_peek+0x4c/0x78',
      'Code: 55 89 e5 57 56 53',
      'EAX: 00000000 EBX: c1234560 ECX: 00000000 EDX: 00000018',
      'Call Trace:',
      ' cmb_ioctl+0x6c/0x120',
      '---[ end trace 0000000000000000 ]---',
    ],
    title: 'BUG: unable to handle kernel NULL pointer dereference in cmb_peek',
  },
  'an oops of x86 before 4.10': {
    lines: [
      'BUG: unable to handle kernel NULL pointer dereference at 0000000000000018',
      'IP: [<ffffffff81234567>] cmb_peek+0x4c/0x78',
      'PGD 1234067 PUD 5678067 PMD 0 ',
      'Oops: 0000 [#1] PREEMPT SMP KASAN',
      'CPU: 1 PID: 77 Comm: probe Not tainted 4.4.1 #3',
      'RIP: 0010:[<ffffffff81234567>]  [<ffffffff81234567>] cmb_peek+0x4c/0x78',
      'Call Trace:',
      ' [<ffffffff81234570>] ? left_over+0x6c/0x120',
      ' [<ffffffff81234580>] cmb_ioctl+0x6c/0x120',
      '---[ end trace 1234567890abcdef ]---',
    ],
    title: 'BUG: unable to handle kernel NULL pointer dereference in cmb_peek',
  },
};

for (const [name, { lines, title }] of Object.entries(cases)) {
  test(`${name} names its function, with callers and without`, (t) => {
    for (const caller of ['T77', 'C1']) t.is(onlySplat(log(lines, caller)).title, title);
    const plain = lines.map((line, i) => `[   12.${100 + i}] ${line}\n`).join('');
    t.like(onlySplat(plain), { title, corrupted: null });
  });
}
