import { readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { execa } from 'execa';
import { hasCode } from '../kit/errors.js';
import { type CacheEntry, isLocked, makeLock, useLock } from './in-use.js';
import { runPaths } from './layout.js';

/** Something on disk that `clean` may remove: a run, or an entry of the cache. */
export interface Kept {
  readonly what: 'run' | 'cache';
  /** The run's id, or `kind/key`. */
  readonly name: string;
  /** What has to go, the thing itself first. */
  readonly paths: readonly string[];
  /** Lock files that its users hold. */
  readonly locks: readonly string[];
  readonly bytes: number;
  /** ms since 1970: when it was used last, as far as the disk tells. */
  readonly usedAt: number;
  readonly inUse: boolean;
}

/** Folders of the cache whose content is small and costs nothing to keep. */
const kindsThatStay = new Set(['locks', 'pins', 'accelerator', 'slots', 'guest-memory', 'toolchain']);

/** The runs below `runs`, oldest first. A folder with no result.json is a run that was killed while it began. */
export async function listRuns(runs: string): Promise<Kept[]> {
  const names = await readdirOrNone(runs);
  const found: (Kept | null)[] = [];
  for (const name of names.filter((one) => /^\d{8}-\d{6}-[0-9a-f]+$/.test(one))) {
    const directory = path.join(runs, name);
    const bundles = names.filter((other) => other.startsWith(`${name}.`) || other.startsWith(`${name}-`));
    const paths = [directory, ...bundles.map((file) => path.join(runs, file))];
    found.push(await describe('run', name, paths, [runPaths(directory).lock]));
  }
  return oldestFirst(found);
}

/**
 * The entries of the cache, oldest first. Half-made entries (dotted names) are not listed. `elsewhere` names kinds
 * that live in a folder outside the cache; their locks are in the cache all the same.
 */
export async function listCache(
  cache: string,
  elsewhere: Readonly<Record<string, string>> = {},
): Promise<Kept[]> {
  const found: (Kept | null)[] = [];
  const kinds = (await readdirOrNone(cache)).filter(
    (kind) => !kindsThatStay.has(kind) && !kind.startsWith('.'),
  );
  const folders = {
    ...Object.fromEntries(kinds.map((kind) => [kind, path.join(cache, kind)])),
    ...elsewhere,
  };
  for (const [kind, folder] of Object.entries(folders)) {
    for (const key of await readdirOrNone(folder)) {
      if (key.startsWith('.')) continue;
      const locks = entryLocks({ kind, key }, cache);
      found.push(await describe('cache', `${kind}/${key}`, [path.join(folder, key)], locks));
    }
  }
  return oldestFirst(found);
}

/** Every lock that says that an entry is in use: by who makes it, who boots it, who builds in it (`tree-KEY`). */
function entryLocks(entry: CacheEntry, cache: string): string[] {
  const singular = { ...entry, kind: entry.kind.replace(/s$/, '') };
  return [makeLock(entry, cache), makeLock(singular, cache), useLock(entry, cache)];
}

/** Whether somebody uses it now. */
export async function isInUse(locks: readonly string[]): Promise<boolean> {
  for (const lock of locks) if (await isLocked(lock, 'exclusive')) return true;
  return false;
}

async function describe(
  what: Kept['what'],
  name: string,
  paths: readonly string[],
  locks: readonly string[],
): Promise<Kept | null> {
  try {
    const usedAt = (await stat(paths[0] ?? '')).mtimeMs;
    return { what, name, paths, locks, bytes: await diskUsage(paths), usedAt, inUse: await isInUse(locks) };
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return null; // removed by somebody else meanwhile
    throw error;
  }
}

/** Bytes on disk. du exits with 1 when a file went away under it, and still says the sum. */
async function diskUsage(paths: readonly string[]): Promise<number> {
  const { stdout } = await execa('du', ['--summarize', '--total', '--block-size=1', '--', ...paths], {
    reject: false,
  });
  return Number(/^(\d+)\ttotal$/m.exec(stdout)?.[1] ?? 0);
}

async function readdirOrNone(directory: string): Promise<string[]> {
  try {
    return await readdir(directory);
  } catch (error) {
    if (hasCode(error, 'ENOENT', 'ENOTDIR')) return [];
    throw error;
  }
}

function oldestFirst(found: readonly (Kept | null)[]): Kept[] {
  return found
    .filter((kept) => kept !== null)
    .sort((a, b) => a.usedAt - b.usedAt || a.name.localeCompare(b.name));
}

/**
 * What has to go: what was not used for `olderThanMs`, and then the oldest until no more than `keepBytes` are left.
 * What is in use stays, and counts.
 */
export function chooseForRemoval(
  kept: readonly Kept[],
  { olderThanMs, keepBytes, now }: { olderThanMs: number | null; keepBytes: number | null; now: number },
): Kept[] {
  const oldest = [...kept].sort((a, b) => a.usedAt - b.usedAt);
  let total = oldest.reduce((sum, { bytes }) => sum + bytes, 0);
  const going: Kept[] = [];
  for (const one of oldest) {
    const tooOld = olderThanMs !== null && now - one.usedAt > olderThanMs;
    const tooMuch = keepBytes !== null && total > keepBytes;
    if (one.inUse || !(tooOld || tooMuch)) continue;
    going.push(one);
    total -= one.bytes;
  }
  return going;
}
