import { createHash, randomBytes } from 'node:crypto';
import { mkdir, readdir, readFile, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { diskError, makeFolder } from '../kit/atomic.js';
import { hasCode } from '../kit/errors.js';
import { withLock } from '../kit/lock.js';
import { cacheRoot } from '../kit/paths.js';
import type { BuildOptions } from './progress.js';

/** sha256 over named parts; the order of the parts matters, their boundaries cannot be confused. */
export function hashOf(...parts: readonly (string | Uint8Array)[]): string {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(`${Buffer.byteLength(part)}:`).update(part);
  return hash.digest('hex');
}

/** When a process started, in clock ticks since boot (/proc/PID/stat field 22): tells a pid from its next owner. */
async function startOf(pid: number): Promise<string | undefined> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => undefined);
  return stat?.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
}

const temporary = /^\.new-(\d+)-(\d+)-[0-9a-f]+$/;

/** A folder beside the entries of `parent`, to be renamed to its place when it is complete. */
export async function makeTemporary(parent: string): Promise<string> {
  await makeFolder(parent);
  await removeAbandoned(parent);
  const name = `.new-${process.pid}-${await startOf(process.pid)}-${randomBytes(4).toString('hex')}`;
  const folder = path.join(parent, name);
  await mkdir(folder);
  return folder;
}

/** Removes what processes that are dead by now left half-done in `parent`. */
export async function removeAbandoned(parent: string): Promise<void> {
  for (const name of await readdir(parent)) {
    const [, pid, started] = temporary.exec(name) ?? [];
    if (pid === undefined || (await startOf(Number(pid))) === started) continue;
    await rm(path.join(parent, name), { recursive: true, force: true });
  }
}

/**
 * The cache entry `kind`/`key`, made by `fill` when it is not there. `load` returns undefined for an entry that is
 * absent or damaged. Entries appear whole or not at all; of two processes that want the same one, the second waits.
 */
export async function cached<T>(
  kind: 'kernels' | 'rootfs' | 'sources' | 'templates' | 'probes',
  key: string,
  steps: { load: (folder: string) => Promise<T | undefined>; fill: (folder: string) => Promise<void> },
  { signal, onProgress }: BuildOptions = {},
): Promise<T> {
  const parent = path.join(cacheRoot(), kind);
  const folder = path.join(parent, key);
  const hit = await steps.load(folder);
  if (hit !== undefined) return hit;
  const onWait = (): void =>
    onProgress?.({
      phase: 'wait',
      message: `another run is making ${kind}/${key.slice(0, 12)}; waiting for it`,
    });
  return withLock(
    path.join(cacheRoot(), 'locks', `${kind}-${key}.lock`),
    async () => {
      const theirs = await steps.load(folder);
      if (theirs !== undefined) return theirs;
      let scratch: string | undefined;
      try {
        scratch = await makeTemporary(parent);
        await steps.fill(scratch);
        await rm(folder, { recursive: true, force: true });
        await rename(scratch, folder);
      } catch (error) {
        throw diskError(error, folder);
      } finally {
        if (scratch !== undefined) await rm(scratch, { recursive: true, force: true });
      }
      const made = await steps.load(folder);
      if (made === undefined) throw new Error(`${folder} was filled but cannot be read back`);
      return made;
    },
    { signal, onWait },
  );
}

/** Reads a JSON file of ours; undefined when it is absent or not JSON. */
export async function readJson<T>(file: string): Promise<T | undefined> {
  try {
    return JSON.parse(await readFile(file, 'utf8')) as T;
  } catch (error) {
    if (hasCode(error, 'ENOENT', 'ENOTDIR') || error instanceof SyntaxError) return undefined;
    throw error;
  }
}
