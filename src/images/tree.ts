import { mkdir, realpath, rename, rm } from 'node:fs/promises';
import { userInfo } from 'node:os';
import path from 'node:path';
import type { KernelSpec } from '../config/kernel.js';
import { writeAtomic, writeJson } from '../kit/atomic.js';
import { messageOf } from '../kit/errors.js';
import { cacheRoot } from '../kit/paths.js';
import { command } from './command.js';
import { exists } from './image.js';
import { Journal } from './journal.js';
import type { BuildOptions } from './progress.js';
import { hasBeenBuiltIn, type Snapshot, syncFiles, takeSnapshot } from './snapshot.js';
import { hashOf, readJson } from './store.js';

/** A place to build in: one per source, fragments and toolchain, so that the next build is incremental. */
export interface Tree {
  readonly folder: string;
  /** The source to compile: a private copy, or a developer's own tree. */
  readonly src: string;
  readonly obj: string;
  /** Null for a developer's own tree: nothing is ever changed there. */
  readonly journal: Journal | null;
}

/** Source of a build as the tree needs it. */
export type TreeSource =
  | { readonly kind: 'pristine'; readonly key: string; readonly path: string }
  | { readonly kind: 'git'; readonly repository: string; readonly commit: string }
  | { readonly kind: 'own'; readonly path: string };

/** make splits words at blanks and the kernel's Makefile refuses colons: such a path cannot be built in. */
export function isBuildable(folder: string): boolean {
  return /^[\w@%+=.,/-]+$/.test(folder);
}

/** Where build trees live: in the cache, or where make can work when the cache's own path has blanks or colons. */
export function treesFolder(cache = cacheRoot()): string {
  return isBuildable(cache) ? path.join(cache, 'trees') : `/var/tmp/lastref-${userInfo().uid}/trees`;
}

export async function treeKey(source: TreeSource, spec: KernelSpec): Promise<string> {
  const identity = {
    pristine: () => source.kind === 'pristine' && source.key,
    git: async () => source.kind === 'git' && realpath(source.repository),
    own: async () => source.kind === 'own' && realpath(source.path),
  }[source.kind];
  const id = String(await identity());
  return hashOf('tree', source.kind, id, (spec.fragments ?? []).join(' '), spec.toolchain?.cc ?? 'gcc').slice(
    0,
    20,
  );
}

/** A hard-linked copy: seconds instead of a second 1.7 GB. Across file systems a real one. */
async function linkCopy(from: string, to: string, signal?: AbortSignal): Promise<void> {
  const half = `${to}.half`;
  await rm(half, { recursive: true, force: true });
  const purpose = `copy the source tree to ${to}`;
  try {
    await command('cp', ['-al', from, half], { purpose, signal });
  } catch (error) {
    if (!/cross-device|not permitted|Too many links/i.test(messageOf(error))) throw error;
    await rm(half, { recursive: true, force: true });
    await command('cp', ['-a', '--reflink=auto', from, half], { purpose, signal });
  }
  await rename(half, to);
}

/** Moves the private copy to a commit: git writes the files that differ, with an index of ours. */
async function checkOut(
  tree: string,
  src: string,
  repository: string,
  commit: string,
  signal?: AbortSignal,
): Promise<void> {
  await mkdir(src, { recursive: true });
  const gitDir = await command('git', ['-C', repository, 'rev-parse', '--absolute-git-dir'], {
    purpose: `find the repository of ${repository}`,
    blame: 'user',
  });
  await rm(path.join(tree, 'index.lock'), { force: true }); // we hold the tree: whoever made it is dead
  await command('git', ['read-tree', '--reset', '-u', commit], {
    purpose: `check out ${commit}`,
    cwd: src,
    blame: 'user',
    signal,
    env: {
      GIT_DIR: gitDir.stdout.toString('utf8').trim(),
      GIT_WORK_TREE: src,
      GIT_INDEX_FILE: path.join(tree, 'index'),
    },
  });
}

async function copyOwn(tree: string, src: string, from: string, options: BuildOptions): Promise<void> {
  const record = path.join(tree, 'copied.json');
  const before: Snapshot = new Map((await readJson<[string, string][]>(record)) ?? []);
  const after = await takeSnapshot(from, options.signal);
  if (before.size === 0) {
    options.onProgress?.({
      phase: 'unpack',
      message: `making a private copy of ${from}: yours stays as it is`,
    });
    await rm(src, { recursive: true, force: true });
  }
  // recorded first as unknown where it differs, so that a copy cut short is done again
  const same = [...after].filter(([file, state]) => before.get(file) === state);
  const stale = [...before.keys()]
    .filter((file) => !after.has(file))
    .map((file): [string, string] => [file, '']);
  await writeJson(record, [...same, ...stale]);
  await syncFiles(from, src, { before, after, signal: options.signal });
  await writeAtomic(record, JSON.stringify([...after]));
}

/** Prepares the tree of `source`; the caller holds the tree's lock. Repairs what a killed process left. */
export async function prepareTree(
  source: TreeSource,
  key: string,
  changes: boolean,
  options: BuildOptions,
): Promise<Tree> {
  const own =
    source.kind === 'own' && !changes && isBuildable(source.path) && !(await hasBeenBuiltIn(source.path));
  // objects name their source's path: those of a private copy and of the original do not mix
  const folder = path.join(treesFolder(), own ? `${key}-own` : key);
  const obj = path.join(folder, 'obj');
  await mkdir(obj, { recursive: true });
  if (own) {
    return { folder, src: source.path, obj, journal: null };
  }
  const src = path.join(folder, 'src');
  const journal = new Journal(folder, src);
  await journal.restore();
  if (source.kind === 'pristine') {
    if (!(await exists(src))) {
      options.onProgress?.({ phase: 'unpack', message: 'making a build tree' });
      await linkCopy(source.path, src, options.signal);
    }
  } else if (source.kind === 'git') {
    options.onProgress?.({ phase: 'unpack', message: `checking out ${source.commit.slice(0, 12)}` });
    await checkOut(folder, src, source.repository, source.commit, options.signal);
  } else {
    await copyOwn(folder, src, source.path, options);
  }
  return { folder, src, obj, journal };
}
