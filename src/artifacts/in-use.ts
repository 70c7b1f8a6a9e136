import { access } from 'node:fs/promises';
import { execa } from 'execa';
import { hasCode, LastrefError } from '../kit/errors.js';
import { withLock } from '../kit/lock.js';

/** Takes the exclusive lock on `file` and keeps it until the returned function is called, or this process dies. */
export async function holdLock(file: string): Promise<() => Promise<void>> {
  return new Promise((resolve, reject) => {
    let letGo = (): void => undefined;
    const until = new Promise<void>((done) => {
      letGo = done;
    });
    const held: Promise<void> = withLock(file, async () => {
      resolve(async () => {
        letGo();
        await held;
      });
      await until;
    });
    held.catch(reject);
  });
}

/** Whether a living process holds the lock on `file`. */
export async function isLocked(file: string): Promise<boolean> {
  try {
    await access(file);
  } catch (error) {
    if (hasCode(error, 'ENOENT', 'ENOTDIR')) return false;
    throw error;
  }
  // Shared, so that two askers never see each other as holders.
  const asked = await execa(
    'flock',
    ['--shared', '--nonblock', '--conflict-exit-code', '100', file, 'true'],
    {
      reject: false,
    },
  );
  if (asked.exitCode === 0) return false;
  if (asked.exitCode === 100) return true;
  throw new LastrefError(`cannot tell whether ${file} is in use: ${asked.stderr || asked.shortMessage}`, {
    blame: 'host',
    hint: 'is util-linux (flock) installed, and the folder readable?',
  });
}
