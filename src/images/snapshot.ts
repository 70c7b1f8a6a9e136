import { mkdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { command } from './command.js';
import { exists } from './image.js';
import { hashOf } from './store.js';

/** Leftovers of a build inside the source tree, and what is never compiled (the kernel's own .gitignore). */
const names = [
  '.git',
  '*.o',
  '*.o.*',
  '*.a',
  '*.ko',
  '*.mod',
  '*.mod.c',
  '*.cmd',
  '*.order',
  '*.symvers',
  '*.so',
  '*.so.dbg',
  '*.orig',
  '*.rej',
  '*~',
  '.*.swp',
  '.*.d',
  '.tmp_*',
];
const places = [
  '.config',
  '.config.old',
  'include/config',
  'include/generated',
  'arch/*/include/generated',
  'vmlinux*',
  'System.map',
  'modules.*',
  'Module.symvers',
];

/** File → type, size, time and mode: two equal snapshots mean nothing was edited in between. */
export type Snapshot = ReadonlyMap<string, string>;

/** Looks at every source file of a tree (0.3 s for a kernel); reads none. */
export async function takeSnapshot(root: string, signal?: AbortSignal): Promise<Snapshot> {
  const skip = [
    ...names.flatMap((name) => ['-o', '-name', name]),
    ...places.flatMap((place) => ['-o', '-path', `./${place}`]),
  ].slice(1);
  const { stdout } = await command(
    'find',
    [
      '.',
      '(',
      ...skip,
      ')',
      '-prune',
      '-o',
      '(',
      '-type',
      'f',
      '-o',
      '-type',
      'l',
      ')',
      '-printf',
      '%P\\0%y %s %T@ %m\\0',
    ],
    { purpose: `look at the files of ${root}`, cwd: root, signal },
  );
  const words = stdout.toString('utf8').split('\0');
  const found = new Map<string, string>();
  for (let index = 0; index + 1 < words.length; index += 2)
    found.set(words[index] ?? '', words[index + 1] ?? '');
  return found;
}

/** One value for a whole tree's state. */
export function fingerprint(snapshot: Snapshot): string {
  return hashOf(...[...snapshot].map(([file, state]) => `${file}\0${state}`).sort());
}

/** True when the kernel's Makefile would refuse `O=`: somebody built in this tree (its `outputmakefile` rule). */
export async function hasBeenBuiltIn(root: string): Promise<boolean> {
  for (const place of ['.config', 'include/config', 'arch/x86/include/generated']) {
    if (await exists(path.join(root, place))) return true;
  }
  return false;
}

/**
 * Makes `to` hold what `from` holds: files that differ between the two snapshots are copied (with a new time, since
 * objects may be older than the original's time) or removed.
 */
export async function syncFiles(
  from: string,
  to: string,
  change: { before: Snapshot; after: Snapshot; signal?: AbortSignal | undefined },
): Promise<number> {
  const { before, after, signal } = change;
  await mkdir(to, { recursive: true });
  const copied = [...after].filter(([file, state]) => before.get(file) !== state).map(([file]) => file);
  const gone = [...before.keys()].filter((file) => !after.has(file));
  for (const file of gone) await rm(path.join(to, file), { force: true });
  if (copied.length > 0) {
    const copy = [
      'cp',
      '-d',
      '--preserve=mode',
      '--reflink=auto',
      '--remove-destination',
      '--parents',
      '-t',
      to,
    ];
    await command('xargs', ['-0', '-r', ...copy, '--'], {
      purpose: `copy ${from}`,
      cwd: from,
      input: `${copied.join('\0')}\0`,
      signal,
    });
  }
  return copied.length + gone.length;
}
