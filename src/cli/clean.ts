import { mkdtemp, readlink, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { holdLock } from '../artifacts/in-use.js';
import { chooseForRemoval, isInUse, type Kept, listCache, listRuns } from '../artifacts/kept.js';
import { runsRoot } from '../artifacts/layout.js';
import { removeAbandoned } from '../images/store.js';
import { treesFolder } from '../images/tree.js';
import { hasCode, LastrefError } from '../kit/errors.js';
import { cacheRoot } from '../kit/paths.js';

export interface CleanOptions {
  readonly 'older-than'?: string | undefined;
  readonly 'keep-size'?: string | undefined;
  readonly 'dry-run'?: boolean | undefined;
  readonly runs?: string | undefined;
}

/** `lastref clean`: removes runs and cache entries by age and size, nothing that is in use. */
export async function cleanCommand(
  options: CleanOptions,
  write: (text: string) => void = (text) => process.stdout.write(text),
): Promise<number> {
  const olderThanMs = parseAge(options['older-than']);
  const keepBytes = parseSize(options['keep-size']);
  const dryRun = options['dry-run'] === true;
  if (olderThanMs === null && keepBytes === null && !dryRun) {
    throw new LastrefError('clean needs to know what may go', {
      blame: 'user',
      hint: '--older-than 7d, --keep-size 20G, or --dry-run to see what there is',
    });
  }
  const cache = cacheRoot();
  const runs = await runsRoot(options.runs);
  const kept = [...(await listRuns(runs)), ...(await listCache(cache, { trees: treesFolder(cache) }))];
  const now = Date.now();
  const everything = olderThanMs === null && keepBytes === null;
  const going = everything ? kept : chooseForRemoval(kept, { olderThanMs, keepBytes, now });
  for (const one of going) {
    const state = one.inUse ? 'in use, stays' : everything ? 'kept' : dryRun ? 'would go' : 'removed';
    const removed = dryRun || one.inUse || (await remove(one));
    write(`${megabytes(one.bytes)}  ${removed ? state : 'in use by now, stays'}  ${describe(one, now)}\n`);
  }
  if (!dryRun) await tidy(runs, cache);
  const sum = going.filter(({ inUse }) => !inUse).reduce((total, { bytes }) => total + bytes, 0);
  const verb = everything ? 'could be freed' : dryRun ? 'would be freed' : 'freed';
  write(`${megabytes(sum)}  ${verb} in ${runs} and ${cache}\n`);
  return 0;
}

/** `cache kernels/04b36c5404a9, used 3 days ago`. */
function describe({ what, name, usedAt }: Kept, now: number): string {
  const days = Math.max(0, Math.floor((now - usedAt) / 86_400_000));
  const ago = days === 0 ? 'today' : days === 1 ? 'yesterday' : `${days} days ago`;
  return `${what} ${name.replace(/([0-9a-f]{12})[0-9a-f]{8,}/, '$1')}, used ${ago}`;
}

function megabytes(bytes: number): string {
  return `${Math.ceil(bytes / 1024 ** 2)} MiB`.padStart(10);
}

/**
 * Removes one thing while holding the locks that its users take. It is renamed away first, so that nobody ever meets
 * half of it. False when it came into use meanwhile.
 */
async function remove({ paths, locks }: Kept): Promise<boolean> {
  if (await isInUse(locks)) return false;
  const [first = ''] = paths;
  const releases = await Promise.all(locks.map(holdLock));
  try {
    const grave = await mkdtemp(path.join(path.dirname(first), '.removed-'));
    for (const file of paths) await rename(file, path.join(grave, path.basename(file)));
    await rm(grave, { recursive: true, force: true });
    return true;
  } finally {
    for (const release of releases) await release();
  }
}

/** What nobody finished: half-made entries of dead processes, and a `latest` that points at nothing. */
async function tidy(runs: string, cache: string): Promise<void> {
  for (const kind of ['kernels', 'rootfs', 'sources', 'probes', 'templates'])
    await removeAbandonedIn(path.join(cache, kind));
  const latest = path.join(runs, 'latest');
  try {
    const target = await readlink(latest);
    const still = (await listRuns(runs)).map(({ name }) => name);
    if (!still.includes(target)) await rm(latest, { force: true });
  } catch (error) {
    if (!hasCode(error, 'ENOENT', 'EINVAL')) throw error;
  }
}

async function removeAbandonedIn(folder: string): Promise<void> {
  try {
    await removeAbandoned(folder);
  } catch (error) {
    if (!hasCode(error, 'ENOENT')) throw error;
  }
}

const ageUnits: Readonly<Record<string, number>> = { h: 3_600_000, d: 86_400_000, w: 7 * 86_400_000 };

/** `12h`, `7d` or `2w`, in ms. */
export function parseAge(text: string | undefined): number | null {
  if (text === undefined) return null;
  const [, amount, unit = ''] = /^(\d+)([hdw])$/.exec(text) ?? [];
  if (amount === undefined) {
    throw new LastrefError(`--older-than takes hours, days or weeks such as 12h, 7d or 2w, not "${text}"`, {
      blame: 'user',
    });
  }
  return Number(amount) * (ageUnits[unit] ?? 0);
}

/** `500M`, `20G` or `1T`, in bytes. */
export function parseSize(text: string | undefined): number | null {
  if (text === undefined) return null;
  const [, amount, unit = ''] = /^(\d+)([MGT])$/.exec(text) ?? [];
  if (amount === undefined) {
    throw new LastrefError(`--keep-size takes a size such as 500M, 20G or 1T, not "${text}"`, {
      blame: 'user',
    });
  }
  return Number(amount) * 1024 ** (['M', 'G', 'T'].indexOf(unit) + 2);
}
