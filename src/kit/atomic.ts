import { randomBytes } from 'node:crypto';
import { mkdir, open, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { hasCode, LastrefError } from './errors.js';

/**
 * A folder with those above it. Raises what the disk refused, also where mkdir(2) says EROFS: node's own recursive
 * mkdir makes ENOENT of that.
 */
export async function makeFolder(folder: string): Promise<void> {
  try {
    await mkdir(folder, { recursive: true });
  } catch (error) {
    throw diskError(hasCode(error, 'ENOENT') ? await refusal(folder, error) : error, folder);
  }
}

/** Why the uppermost missing folder cannot be made. */
async function refusal(folder: string, error: unknown): Promise<unknown> {
  try {
    await mkdir(folder);
    return error; // it can be made by now
  } catch (own) {
    const above = path.dirname(folder);
    return hasCode(own, 'ENOENT') && above !== folder ? refusal(above, error) : own;
  }
}

/** Writes a file so that a reader sees the old bytes or all of the new ones: temporary name, fsync, rename. */
export async function writeAtomic(file: string, data: string | Uint8Array, mode = 0o644): Promise<void> {
  const directory = path.dirname(file);
  const temporary = path.join(
    directory,
    `.${path.basename(file)}.${process.pid}.${randomBytes(4).toString('hex')}`,
  );
  try {
    await makeFolder(directory);
    const handle = await open(temporary, 'wx', mode);
    try {
      await handle.writeFile(data);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(temporary, file);
  } catch (error) {
    await rm(temporary, { force: true });
    throw diskError(error, file);
  }
}

/** JSON with a trailing newline, written atomically. */
export async function writeJson(file: string, value: unknown): Promise<void> {
  await writeAtomic(file, `${JSON.stringify(value, null, 2)}\n`);
}

/** Says in a sentence what the disk refused; anything else is passed on as it is. */
export function diskError(error: unknown, file: string): unknown {
  if (hasCode(error, 'ENOSPC', 'EDQUOT')) {
    return new LastrefError(`no room left on the disk that holds ${file}`, {
      blame: 'host',
      hint: 'free some space (`lastref clean --dry-run` shows what the caches and runs hold), or set XDG_CACHE_HOME / --runs',
      cause: error,
    });
  }
  if (hasCode(error, 'EROFS', 'EACCES', 'EPERM')) {
    return new LastrefError(`cannot write ${file}: ${(error as Error).message}`, {
      blame: 'host',
      hint: 'choose a writable folder with --runs or XDG_CACHE_HOME',
      cause: error,
    });
  }
  return error;
}
