import { access, mkdir } from 'node:fs/promises';
import path from 'node:path';
import { execa } from 'execa';
import { hasCode, LastrefError } from '../kit/errors.js';
import { withLock } from '../kit/lock.js';
import { cacheRoot } from '../kit/paths.js';

/** Ends a hold. */
export type Release = () => Promise<void>;

/** Takes the exclusive lock on `file` and keeps it until released, or until this process dies. */
export async function holdLock(file: string): Promise<Release> {
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

/**
 * Whether a living process holds the lock on `file`. Asking for a shared lock sees exclusive holders only, and
 * askers do not see each other; asking for an exclusive one sees everybody.
 */
export async function isLocked(file: string, wanted: 'shared' | 'exclusive'): Promise<boolean> {
  try {
    await access(file);
  } catch (error) {
    if (hasCode(error, 'ENOENT', 'ENOTDIR')) return false;
    throw error;
  }
  const asked = await execa(
    'flock',
    [`--${wanted}`, '--nonblock', '--conflict-exit-code', '100', file, 'true'],
    { reject: false },
  );
  if (asked.exitCode === 0) return false;
  if (asked.exitCode === 100) return true;
  throw new LastrefError(`cannot tell whether ${file} is in use: ${asked.stderr || asked.shortMessage}`, {
    blame: 'host',
    hint: 'is util-linux (flock) installed, and the folder readable?',
  });
}

/** An entry of the cache: `<cache>/<kind>/<key>`. */
export interface CacheEntry {
  readonly kind: string;
  readonly key: string;
}

/** The cache entry that `file` belongs to, or null for a file from elsewhere. */
export function cacheEntryOf(file: string, cache: string = cacheRoot()): CacheEntry | null {
  const [kind, key, inside] = path.relative(cache, file).split(path.sep);
  return kind === undefined || kind === '..' || key === undefined || inside === undefined
    ? null
    : { kind, key };
}

/** Locked while an entry is being made, and while it is being removed. */
export function makeLock({ kind, key }: CacheEntry, cache: string = cacheRoot()): string {
  return path.join(cache, 'locks', `${kind}-${key}.lock`);
}

/** Locked (shared) by every run that boots from the entry. */
export function useLock({ kind, key }: CacheEntry, cache: string = cacheRoot()): string {
  return path.join(cache, 'locks', `use-${kind}-${key}.lock`);
}

/** Takes shared locks on all files, in one child that dies with us; keeps them until released. */
export async function holdShared(files: readonly string[]): Promise<Release> {
  if (files.length === 0) return async () => undefined;
  for (const file of files) await mkdir(path.dirname(file), { recursive: true });
  const [tool = 'setpriv', ...args] = [
    ...['setpriv', '--pdeathsig', 'KILL', '--'],
    ...files.flatMap((file) => ['flock', '--shared', file]),
    ...['sh', '-c', 'echo held; exec cat >/dev/null'],
  ];
  const holder = execa(tool, args, { buffer: false, reject: false, detached: true });
  await new Promise<void>((resolve, reject) => {
    holder.stdout.once('data', () => resolve());
    const refused = (cause?: unknown): void =>
      reject(
        new LastrefError(`could not lock ${files.join(', ')}`, {
          blame: 'host',
          hint: 'is util-linux (flock) installed?',
          cause,
        }),
      );
    holder.once('error', refused);
    holder.once('exit', () => refused());
  });
  return async () => {
    holder.stdin.end();
    await holder;
  };
}
