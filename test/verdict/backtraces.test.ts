import test from 'ava';
import { commonStack, parseBacktraces } from '../../src/verdict/backtraces.js';

const text = `[   20.1] sysrq: Show backtrace of all active CPUs
[   20.2][    C0] NMI backtrace for cpu 0
[   20.2][    C0] CPU: 0 UID: 0 PID: 81 Comm: tee Not tainted 6.12.117 #1
[   20.2][    C0] Call Trace:
[   20.2][    C0]  <TASK>
[   20.2][    C0]  dump_stack_lvl+0x60/0x80
[   20.2][    C0]  ? left_over+0x60/0x80
[   20.2][    C0]  __handle_sysrq.cold+0x1/0x2
[   20.2][    C0]  do_syscall_64+0x5b/0x110
[   20.2][    C0] RIP: 0033:0x4011a3
[   20.2][    C0] Code: 00
[   20.3][    C1] NMI backtrace for cpu 1
[   20.3][    C1] CPU: 1 PID: 77 Comm: p2pmem Not tainted 6.12.117 #1
[   20.3][    C1] RIP: 0010:do_page_mkwrite+0x12/0x200
[   20.3][    C1] Call Trace:
[   20.3][    C1]  do_wp_page+0x3/0x900
[   20.3][    C1]  handle_mm_fault+0x8/0x700
[   20.3][    C1] RIP: 0033:0x4011a3
[   20.4][    C2] NMI backtrace for cpu 2 skipped: idling at default_idle+0xf/0x20
`;

test('each busy CPU’s backtrace has its task and its stack', (t) => {
  t.deepEqual(parseBacktraces(text), [
    { pid: 81, task: 'tee', stack: ['dump_stack_lvl', '__handle_sysrq', 'do_syscall_64'] },
    { pid: 77, task: 'p2pmem', stack: ['do_page_mkwrite', 'do_wp_page', 'handle_mm_fault'] },
  ]);
  t.deepEqual(parseBacktraces('nothing of the kind'), []);
});

test('what samples share from the outside in is where a task goes round', (t) => {
  const loop = ['handle_mm_fault', 'exc_page_fault'];
  t.deepEqual(
    commonStack([
      ['a', 'do_wp_page', ...loop],
      ['b', ...loop],
      ['do_wp_page', ...loop],
    ]),
    loop,
  );
  t.deepEqual(commonStack([['a', 'b']]), ['a', 'b']);
  t.deepEqual(commonStack([]), []);
  t.deepEqual(commonStack([['a'], []]), []);
});
