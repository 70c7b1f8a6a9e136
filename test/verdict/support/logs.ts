import { judgeConsole, type ScanOptions } from '../../../src/verdict/scanner.js';
import type { ConsoleReport, Splat } from '../../../src/verdict/types.js';

/** Lines as a serial console writes them: a time, a caller, CRLF. */
export function log(lines: readonly string[], caller = 'T77'): string {
  return lines
    .map((line, i) => `[${(12 + i / 1000).toFixed(6).padStart(12)}][${caller.padStart(6)}] ${line}\r\n`)
    .join('');
}

/** The same without callers, as kernels without CONFIG_PRINTK_CALLER write. */
export function untagged(lines: readonly string[]): string {
  return lines.map((line, i) => `[${(12 + i / 1000).toFixed(6).padStart(12)}] ${line}\n`).join('');
}

export function judgeText(text: string, options?: ScanOptions): ConsoleReport {
  return judgeConsole(Buffer.from(text, 'latin1'), options);
}

/** The one splat of a log. */
export function onlySplat(text: string): Splat {
  const { splats } = judgeText(text);
  const [splat] = splats;
  if (splat === undefined || splats.length !== 1) {
    throw new Error(`wanted one splat, got ${JSON.stringify(splats.map(({ title }) => title))}`);
  }
  return splat;
}

export const stack = (...names: readonly string[]): string[] => [
  'Call Trace:',
  ' <TASK>',
  ...names.map((name, i) => ` ${name}+0x${(i + 2).toString(16)}f/0x1${i}0`),
  ' </TASK>',
];

export const kasan = (task = 'probe/311'): string[] => [
  '='.repeat(66),
  'BUG: KASAN: slab-use-after-free in cmb_take+0x31/0x90',
  `Read of size 8 at addr ffff88801a2b3c40 by task ${task}`,
  '',
  'CPU: 1 UID: 0 PID: 311 Comm: probe Not tainted 6.12.117 #3',
  ...stack('dump_stack_lvl', 'print_report', 'kasan_report', 'cmb_take', 'cmb_ioctl', 'do_syscall_64'),
  '',
  'Allocated by task 300:',
  ' kasan_save_stack+0x20/0x40',
  ' cmb_make+0x18/0x60',
  '',
  'Freed by task 305:',
  ' kasan_save_stack+0x20/0x40',
  ' cmb_drop+0x44/0x70',
  '='.repeat(66),
];

export const warning612 = [
  '------------[ cut here ]------------',
  'WARNING: CPU: 0 PID: 92 at drivers/pci/p2pdma.c:77 p2p_release+0x1c/0x40',
  'Modules linked in:',
  'CPU: 0 UID: 0 PID: 92 Comm: remover Not tainted 6.12.117 #3',
  'RIP: 0010:p2p_release+0x1c/0x40',
  ...stack('devres_walk', 'nvme_gone'),
  '---[ end trace 0000000000000000 ]---',
];

export const warning73 = [
  '------------[ cut here ]------------',
  'WARNING: drivers/pci/p2pdma.c:81 at p2p_release+0x1c/0x40, CPU#1: remover/92',
  'Modules linked in:',
  'CPU: 1 UID: 0 PID: 92 Comm: remover Not tainted 7.3.4 #1',
  'RIP: 0010:p2p_release+0x1c/0x40',
  ...stack('devres_walk', 'nvme_gone'),
  '---[ end trace 0000000000000000 ]---',
];

export const oops612 = [
  'BUG: kernel NULL pointer dereference, address: 0000000000000018',
  '#PF: supervisor read access in kernel mode',
  '#PF: error_code(0x0000) - not-present page',
  'PGD 0 P4D 0',
  'Oops: Oops: 0000 [#1] PREEMPT SMP KASAN NOPTI',
  'CPU: 1 UID: 0 PID: 311 Comm: probe Not tainted 6.12.117 #3',
  'RIP: 0010:gup_walk+0x5d/0x200',
  'Code: 00 00 48 8b 47 18',
  ...stack('internal_pin', 'probe_pin', 'do_syscall_64'),
  '---[ end trace 0000000000000000 ]---',
  'RIP: 0010:gup_walk+0x5d/0x200',
  'note: probe[311] exited with irqs disabled',
];
