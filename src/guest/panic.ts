import { messageOf } from '../kit/errors.js';
import { within } from '../kit/wait.js';
import type { RunningGuest } from './guest.js';

/**
 * A panic goes on printing after its first line and then reboots, which ends QEMU (`panic=-1`, `-no-reboot`).
 * Waits for that; returns a sentence when it does not come.
 */
export async function untilRebooted(exited: Promise<unknown>, deadlineMs: number): Promise<string[]> {
  try {
    await within({ name: 'the panicked guest to reboot', deadlineMs }, () => exited);
    return [];
  } catch (error) {
    return [messageOf(error)];
  }
}

/** A guest that lives tells its log within this (ms, fast host), or what its console says is believed. */
const answerMs = 5000;

/**
 * Whether a panic that the console tells of is the kernel's. Any program may write such a line; in the kernel's log its
 * own records have facility 0 (kernel/printk/printk.c:devkmsg_write). A guest that does not give up its log has panicked.
 */
export async function hasPanicked(guest: RunningGuest): Promise<boolean> {
  const wait = { name: 'the log of a guest that is said to have panicked', signal: guest.signal };
  try {
    const log = await within({ ...wait, deadlineMs: guest.patience(answerMs) }, () => guest.kernelLog());
    const isReal = /^[0-7],\d+,\d+,[^;\n]*;Kernel panic - not syncing/m.test(log);
    guest.record('console', 'panic-doubted', { isReal });
    return isReal;
  } catch (error) {
    guest.record('console', 'panic-believed', { error: messageOf(error) });
    return true;
  }
}
