import type { GuestUnderTest } from '../guest/under-test.js';
import type { Scenario, ScenarioOptions } from './scenario.js';
import { graceMs } from './wounds.js';

/** Words of a report that no kernel made. */
export const kasan = `==================================================================
BUG: KASAN: slab-use-after-free in p2pmem_alloc_mmap+0x1c5/0x4a0
Write of size 8 at addr ffff888101d2a480 by task p2pmem/311

CPU: 1 UID: 0 PID: 311 Comm: p2pmem Not tainted 6.12.0 #1
Call Trace:
 <TASK>
 dump_stack_lvl+0x82/0xd0
 print_report+0x174/0x510
 kasan_report+0xd2/0x110
 p2pmem_alloc_mmap+0x1c5/0x4a0
 do_syscall_64+0xb5/0x1e0
 entry_SYSCALL_64_after_hwframe+0x77/0x7f
 </TASK>
==================================================================
`;

/** As `kasan`, and the kernel could not go on. */
export const oops = `BUG: kernel NULL pointer dereference, address: 0000000000000008
#PF: supervisor read access in kernel mode
#PF: error_code(0x0000) - not-present page
Oops: Oops: 0000 [#1] PREEMPT SMP KASAN PTI
CPU: 0 UID: 0 PID: 312 Comm: p2pmem Not tainted 6.12.0 #1
RIP: 0010:memunmap_pages+0x55/0x310
Call Trace:
 <TASK>
 devm_action_release+0x3a/0x60
 </TASK>
---[ end trace 0000000000000000 ]---
`;

const lastWord = 'lastref: that was all of it';

/** Writes a record a line to the kernel's log, as any program of root's may, and waits until the log has them. */
export async function tellKernel(guest: GuestUnderTest, text: string): Promise<void> {
  const lines = [...text.trimEnd().split('\n'), lastWord];
  await guest.run(['sh', '-c', 'for line; do echo "<1>$line"; done > /dev/kmsg', 'sh', ...lines]);
  await guest.untilLogged(new RegExp(lastWord));
}

/** Waits for longer than a guest with a wounded kernel is given. */
export async function outlive(guest: GuestUnderTest): Promise<void> {
  await guest.untilPassed((guest.patience(graceMs) * 2) / 1000);
}

/** A scenario in which a program claims what the kernel did not say. */
export const forged = (
  title: string,
  { declares }: Pick<ScenarioOptions, 'declares'>,
  body: (guest: GuestUnderTest) => Promise<unknown>,
): Scenario => ({
  title,
  options: {
    shape: 'cmb-switch',
    asks: ['guest-survives'],
    covers: ['splat'],
    ...(declares === undefined ? {} : { declares }),
  },
  body: async ({ guest }) => void (await body(guest)),
});
