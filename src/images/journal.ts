import { randomBytes } from 'node:crypto';
import { chmod, copyFile, lstat, mkdir, rename, rm, utimes } from 'node:fs/promises';
import path from 'node:path';
import { writeJson } from '../kit/atomic.js';
import { readJson } from './store.js';

/** What a tree looked like before it was changed: enough to put it back after any crash. */
interface Undo {
  readonly files: readonly { readonly path: string; readonly backup: string | null; readonly mode: number }[];
}

/**
 * Changes to a source tree that can always be taken back. `keep` saves files before they are changed; `restore`
 * puts all of them back. The journal reaches the disk before the first change, so a killed process's changes are
 * undone by whoever uses the tree next. A restored file has a new time: its object was built from other bytes.
 */
export class Journal {
  readonly #src: string;
  readonly #file: string;
  readonly #backups: string;
  #undo: Undo['files'] = [];

  constructor(tree: string, src: string) {
    this.#src = src;
    this.#file = path.join(tree, 'undo.json');
    this.#backups = path.join(tree, 'undo');
  }

  /** Saves these files (relative to the source tree; absent ones will be removed again). */
  async keep(files: readonly string[]): Promise<void> {
    const known = new Set(this.#undo.map((one) => one.path));
    const added: Undo['files'][number][] = [];
    await mkdir(this.#backups, { recursive: true });
    for (const file of new Set(files)) {
      if (known.has(file)) continue;
      const from = path.join(this.#src, file);
      const found = await lstat(from).catch(() => undefined);
      if (found?.isDirectory()) continue;
      const backup = found === undefined ? null : String(this.#undo.length + added.length);
      if (backup !== null) await copyFile(from, path.join(this.#backups, backup));
      added.push({ path: file, backup, mode: (found?.mode ?? 0) & 0o7777 });
    }
    this.#undo = [...this.#undo, ...added];
    await writeJson(this.#file, { files: this.#undo } satisfies Undo);
  }

  /** Files kept so far. */
  changed(): string[] {
    return this.#undo.map((one) => one.path);
  }

  /** Puts the tree back, after our own changes or those of a process that died. Safe to repeat. */
  async restore(): Promise<void> {
    const { files } = (await readJson<Undo>(this.#file)) ?? { files: [] };
    for (const { path: file, backup, mode } of files) {
      const to = path.join(this.#src, file);
      if (backup === null) await rm(to, { recursive: true, force: true });
      else await replaceFile(path.join(this.#backups, backup), to, mode);
    }
    await rm(this.#file, { force: true });
    await rm(this.#backups, { recursive: true, force: true });
    this.#undo = [];
  }
}

/** Copies `from` over `to` through a new inode: `to` may be a hard link into a pristine tree. */
export async function replaceFile(from: string, to: string, mode: number): Promise<void> {
  await mkdir(path.dirname(to), { recursive: true });
  const temporary = `${to}.${randomBytes(4).toString('hex')}.lastref`;
  await copyFile(from, temporary);
  await chmod(temporary, mode);
  const now = new Date();
  await utimes(temporary, now, now);
  await rename(temporary, to);
}
