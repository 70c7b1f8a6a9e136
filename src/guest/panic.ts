import { messageOf } from '../kit/errors.js';
import { within } from '../kit/wait.js';

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
