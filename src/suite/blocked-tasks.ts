import path from 'node:path';
import type { RunningGuest } from '../guest/guest.js';
import { writeAtomic } from '../kit/atomic.js';
import { messageOf } from '../kit/errors.js';

/** What the kernel is asked (drivers/tty/sysrq.c): the key, and the line with which its answer begins. */
const questions = [
  { key: 'w', begins: 'sysrq: Show Blocked State' },
  { key: 'd', begins: 'sysrq: Show Locks Held' },
] as const;

/** Longest answer that is kept, in characters. */
const longestAnswer = 256 * 1024;

/**
 * Keeps who sleeps without taking signals, and who holds which locks (blocked-tasks.txt): beside the stack of the one
 * that does not come back, that of whoever it waits for. Asked while the guest answers; that it does not is said there.
 */
export async function keepBlockedTasks(guest: RunningGuest, directory: string): Promise<void> {
  const parts: string[] = [];
  try {
    for (const { key, begins } of questions) {
      await guest.write('/proc/sysrq-trigger', key);
      const { stdout } = await guest.exec(['dmesg']);
      const at = stdout.lastIndexOf(begins);
      parts.push(at < 0 ? `no answer to sysrq-${key}\n` : stdout.slice(at, at + longestAnswer));
    }
  } catch (error) {
    parts.push(`${messageOf(error)}\n`);
  }
  await writeAtomic(path.join(directory, 'blocked-tasks.txt'), parts.join('\n'));
}
