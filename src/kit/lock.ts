import path from 'node:path';
import { execa } from 'execa';
import { makeFolder } from './atomic.js';
import { LastrefError } from './errors.js';

/**
 * Holds an exclusive lock on `file` while `body` runs. The lock is flock(2) held by a `flock`(1) child whose
 * standard input is ours: when this process dies in any way, the pipe closes, the child ends and the lock is free.
 * `onWait` is called once when somebody else holds it.
 */
export async function withLock<T>(
  file: string,
  body: () => Promise<T>,
  { signal, onWait }: { signal?: AbortSignal | undefined; onWait?: () => void } = {},
): Promise<T> {
  await makeFolder(path.dirname(file));
  const holder = execa(
    'setpriv',
    ['--pdeathsig', 'KILL', '--', 'flock', '--exclusive', file, 'sh', '-c', 'echo held; exec cat >/dev/null'],
    {
      buffer: false,
      reject: false,
      detached: true, // out of the terminal's group: ^C is for us, and the lock stays until we let go
      ...(signal === undefined ? {} : { cancelSignal: signal }),
    },
  );
  const patience = setTimeout(() => onWait?.(), 500);
  try {
    await new Promise<void>((resolve, reject) => {
      holder.stdout.once('data', () => resolve());
      holder.once('error', (cause) => reject(noFlock(file, cause)));
      holder.once('exit', () => {
        reject(signal?.reason ?? noFlock(file));
      });
    });
    clearTimeout(patience);
    return await body();
  } finally {
    clearTimeout(patience);
    holder.stdin.end();
    await holder;
  }
}

function noFlock(file: string, cause?: unknown): LastrefError {
  return new LastrefError(`could not lock ${file}`, {
    blame: 'host',
    hint: 'is util-linux (flock) installed?',
    cause,
  });
}
