import { realpath, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import type { KernelSpec } from '../config/kernel.js';
import { cacheRoot, projectRoot } from '../kit/paths.js';
import { command } from './command.js';
import { type Fragment, readFragments } from './configure.js';
import { type Mutant, readMutant } from './mutant.js';
import { type Patch, readPatches } from './patch-files.js';
import type { BuildOptions } from './progress.js';
import { fingerprint, takeSnapshot } from './snapshot.js';
import { debianSource, tarballSource } from './sources.js';
import { hashOf, makeTemporary } from './store.js';
import { findTool, missingTools } from './tools.js';
import type { TreeSource } from './tree.js';

const format = '1';

/** Everything a build is made from, read before anything is built. */
export interface Ingredients {
  readonly source: TreeSource;
  /** Identity of the source's content. */
  readonly content: string;
  readonly provenance: Readonly<Record<string, string>>;
  readonly patches: readonly Patch[];
  readonly mutant: Mutant | null;
  readonly fragments: readonly Fragment[];
  readonly compiler: string;
  /** State of the Kconfig files: while it is the same, so is the .config. Null when that is not known. */
  readonly kconfig: string | null;
}

/** The compiler's file, not its version: a cached kernel starts no compiler. */
async function compilerIdentity(spec: KernelSpec): Promise<string> {
  const name = spec.toolchain?.cc ?? 'gcc';
  const file = await findTool(name);
  if (file === undefined) throw missingTools([name], 'compile a kernel');
  const real = await realpath(file);
  const { size, mtimeMs } = await stat(real);
  return `${real} ${size} ${mtimeMs}`;
}

async function locate(
  spec: KernelSpec,
  options: BuildOptions,
): Promise<Pick<Ingredients, 'source' | 'content' | 'provenance' | 'kconfig'>> {
  const { source } = spec;
  if (source.kind === 'git') {
    const { stdout } = await command(
      'git',
      ['-C', source.path, 'rev-parse', '--verify', '--end-of-options', `${source.ref}^{commit}`],
      {
        purpose: `find the commit ${source.ref} in ${source.path}`,
        blame: 'user',
      },
    );
    const commit = stdout.toString('utf8').trim();
    return {
      source: { kind: 'git', repository: source.path, commit },
      content: commit,
      provenance: { commit },
      kconfig: null,
    };
  }
  if (source.kind === 'tree') {
    const snapshot = await takeSnapshot(source.path, options.signal);
    const content = fingerprint(snapshot);
    const kconfig = fingerprint(
      new Map([...snapshot].filter(([file]) => /Kconfig|scripts\/kconfig/.test(file))),
    );
    return {
      source: { kind: 'own', path: source.path },
      content,
      provenance: { tree: source.path },
      kconfig,
    };
  }
  if (source.kind !== 'debian-source' && source.kind !== 'tarball')
    throw new Error(`${source.kind} has no source`);
  const pristine = await (source.kind === 'tarball'
    ? tarballSource(source, options)
    : debianSource(source, options));
  return {
    source: { kind: 'pristine', key: pristine.key, path: pristine.path },
    content: pristine.key,
    provenance: pristine.provenance,
    kconfig: pristine.key,
  };
}

/** Reads and identifies everything a build is made from; fetches a Debian source that is not here yet. */
export async function gather(spec: KernelSpec, options: BuildOptions): Promise<Ingredients> {
  // a spec's own patches are named from the checkout; a user's come with absolute paths
  const scratch = await makeTemporary(path.join(cacheRoot(), 'tmp'));
  try {
    const patches: Patch[] = [];
    for (const entry of spec.patches ?? []) {
      patches.push(...(await readPatches(path.resolve(projectRoot, entry), scratch, options.signal)));
    }
    return {
      patches,
      mutant: options.mutant === undefined ? null : await readMutant(options.mutant),
      fragments: await readFragments(spec),
      compiler: await compilerIdentity(spec),
      ...(await locate(spec, options)),
    };
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

/** The cache key of what these ingredients make. */
export function keyOf(spec: KernelSpec, parts: Ingredients): string {
  return hashOf(
    'kernel',
    format,
    parts.source.kind,
    parts.content,
    parts.compiler,
    ...parts.fragments.map((one) => one.text),
    'patches',
    ...parts.patches.map((one) => one.text),
    'mutant',
    parts.mutant?.code ?? '',
    spec.toolchain?.cc ?? '',
    ...(spec.coverage ?? []),
  );
}
