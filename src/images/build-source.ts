import { copyFile, mkdir, mkdtemp, readFile, realpath, rm, stat, utimes } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { KernelImage, KernelSpec } from '../config/kernel.js';
import { writeJson } from '../kit/atomic.js';
import { LastrefError } from '../kit/errors.js';
import { withLock } from '../kit/lock.js';
import { cacheRoot } from '../kit/paths.js';
import { applyMutant, applyPatch } from './apply.js';
import { command } from './command.js';
import { configure, type Fragment, readFragments } from './configure.js';
import { loadImage, saveImage } from './image.js';
import { make } from './make.js';
import { type Mutant, readMutant } from './mutant.js';
import { type Patch, readPatches } from './patch-files.js';
import type { BuildOptions } from './progress.js';
import { fingerprint, takeSnapshot } from './snapshot.js';
import { debianSource, tarballSource } from './sources.js';
import { cached, hashOf, readJson } from './store.js';
import { findTool, missingTools } from './tools.js';
import { prepareTree, type Tree, type TreeSource, treeKey } from './tree.js';

const format = '1';

/** Everything a build is made from, read before anything is built. */
interface Ingredients {
  readonly source: TreeSource;
  /** Identity of the source's content. */
  readonly content: string;
  readonly provenance: Readonly<Record<string, string>>;
  readonly patches: readonly Patch[];
  readonly mutant: Mutant | null;
  readonly fragments: readonly Fragment[];
  readonly compiler: string;
}

/** What a build leaves in its tree for the next one. */
interface TreeState {
  /** Objects of the last full build. */
  readonly objects?: number;
  /** Files that patches have ever changed here, as they were when the objects were made from them. */
  readonly built?: Readonly<Record<string, { readonly hash: string; readonly time: number }>>;
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
): Promise<Pick<Ingredients, 'source' | 'content' | 'provenance'>> {
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
    };
  }
  if (source.kind === 'tree') {
    const content = fingerprint(await takeSnapshot(source.path, options.signal));
    return { source: { kind: 'own', path: source.path }, content, provenance: { tree: source.path } };
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
  };
}

async function gather(spec: KernelSpec, options: BuildOptions): Promise<Ingredients> {
  const scratch = await mkdtemp(path.join(tmpdir(), 'lastref-patches-'));
  try {
    const patches: Patch[] = [];
    for (const entry of spec.patches ?? [])
      patches.push(...(await readPatches(entry, scratch, options.signal)));
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

function keyOf(spec: KernelSpec, parts: Ingredients): string {
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
    parts.mutant?.text ?? '',
    spec.toolchain?.cc ?? '',
  );
}

/** Gives files that are again as the objects saw them their old time, so that make leaves them alone. */
async function settleTimes(tree: Tree, touched: readonly string[], state: TreeState): Promise<void> {
  for (const file of touched) {
    const at = path.join(tree.src, file);
    const bytes = await readFile(at).catch(() => undefined);
    const before = state.built?.[file];
    if (bytes === undefined || before === undefined || hashOf(bytes) !== before.hash) continue;
    await utimes(at, before.time / 1000, before.time / 1000);
  }
}

async function record(tree: Tree, touched: readonly string[]): Promise<NonNullable<TreeState['built']>> {
  const built: Record<string, { hash: string; time: number }> = {};
  for (const file of touched) {
    const at = path.join(tree.src, file);
    const bytes = await readFile(at).catch(() => undefined);
    if (bytes !== undefined) built[file] = { hash: hashOf(bytes), time: (await stat(at)).mtimeMs };
  }
  return built;
}

/** Patches, configures and compiles in the tree, which the caller has locked. */
async function compile(
  tree: Tree,
  spec: KernelSpec,
  parts: Ingredients,
  log: string,
  options: BuildOptions,
): Promise<string[]> {
  const { journal } = tree;
  if (journal !== null) {
    const target = { src: tree.src, journal, signal: options.signal, logs: path.dirname(log) };
    for (const patch of parts.patches) {
      options.onProgress?.({ phase: 'patch', message: `applying ${patch.name}` });
      await applyPatch(patch, target);
    }
    if (parts.mutant !== null) {
      options.onProgress?.({ phase: 'patch', message: `applying the mutant ${parts.mutant.name}` });
      await applyMutant(parts.mutant, target);
    }
  }
  options.onProgress?.({ phase: 'configure', message: `configuring ${spec.name}` });
  const { unknown } = await configure(tree, spec, parts.fragments, options.signal);
  const file = path.join(tree.folder, 'state.json');
  const state = (await readJson<TreeState>(file)) ?? {};
  const touched = [...new Set([...Object.keys(state.built ?? {}), ...(journal?.changed() ?? [])])];
  await settleTimes(tree, touched, state);
  await writeJson(file, { ...state, built: {} } satisfies TreeState);
  const own = parts.source.kind !== 'pristine' || parts.patches.length > 0 || parts.mutant !== null;
  const run = { log, expected: state.objects ?? 1600, blame: own ? ('user' as const) : ('host' as const) };
  const { objects } = await make(tree, spec, run, options);
  const full = Math.max(objects, state.objects ?? 0);
  await writeJson(file, { objects: full, built: await record(tree, touched) } satisfies TreeState);
  return unknown;
}

function logFile(spec: KernelSpec, key: string, options: BuildOptions): string {
  const name = spec.name.replaceAll(/[^\w.-]+/g, '-').replace(/^-/, '');
  return path.join(
    options.logDirectory ?? path.join(cacheRoot(), 'logs'),
    `build-${name}-${key.slice(0, 12)}.log`,
  );
}

class SourceMoved extends Error {}

async function fill(
  folder: string,
  key: string,
  spec: KernelSpec,
  parts: Ingredients,
  options: BuildOptions,
): Promise<void> {
  const lock = await treeKey(parts.source, spec);
  const onWait = (): void =>
    options.onProgress?.({ phase: 'wait', message: `another run builds in the same tree; waiting for it` });
  const log = logFile(spec, key, options);
  await mkdir(path.dirname(log), { recursive: true });
  await rm(log, { force: true });
  await withLock(
    path.join(cacheRoot(), 'locks', `tree-${lock}.lock`),
    async () => {
      const changes = parts.patches.length > 0 || parts.mutant !== null;
      const tree = await prepareTree(parts.source, lock, changes, options);
      try {
        const unknown = await compile(tree, spec, parts, log, options);
        if (
          parts.source.kind === 'own' &&
          fingerprint(await takeSnapshot(parts.source.path)) !== parts.content
        ) {
          throw new SourceMoved();
        }
        await copyFile(path.join(tree.obj, 'arch/x86/boot/bzImage'), path.join(folder, 'bzImage'));
        await copyFile(path.join(tree.obj, '.config'), path.join(folder, 'config'));
        const release = await readFile(path.join(tree.obj, 'include/config/kernel.release'), 'utf8');
        await saveImage(folder, {
          key,
          release: release.trim(),
          source: parts.source.kind === 'pristine' ? parts.source.path : tree.src,
          provenance: await provenanceOf(spec, parts, folder, unknown),
        });
      } finally {
        await tree.journal?.restore();
      }
    },
    { signal: options.signal, onWait },
  );
}

async function provenanceOf(
  spec: KernelSpec,
  parts: Ingredients,
  folder: string,
  unknown: readonly string[],
): Promise<Record<string, string>> {
  const version = await command(spec.toolchain?.cc ?? 'gcc', ['--version'], {
    purpose: 'ask the compiler for its version',
  });
  return {
    ...parts.provenance,
    compiler: version.stdout.toString('utf8').split('\n')[0] ?? '',
    config: hashOf(await readFile(path.join(folder, 'config'))),
    fragments: parts.fragments.map((one) => one.name).join(' '),
    ...(parts.patches.length === 0 ? {} : { patches: parts.patches.map((one) => one.name).join(', ') }),
    ...(parts.mutant === null ? {} : { mutant: parts.mutant.name }),
    ...(unknown.length === 0 ? {} : { unknownToThisKernel: unknown.join(' ') }),
  };
}

/** Builds a kernel from source, or takes it from the cache. A tree that is edited meanwhile is built again. */
export async function buildFromSource(spec: KernelSpec, options: BuildOptions): Promise<KernelImage> {
  for (let attempt = 0; attempt < 4; attempt++) {
    const parts = await gather(spec, options);
    const key = keyOf(spec, parts);
    try {
      return await cached(
        'kernels',
        key,
        {
          load: (folder) => loadImage(folder, spec.name),
          fill: (folder) => fill(folder, key, spec, parts, options),
        },
        options,
      );
    } catch (error) {
      if (!(error instanceof SourceMoved)) throw error;
      options.onProgress?.({
        phase: 'compile',
        message: 'the tree was edited during the build: building again',
      });
    }
  }
  throw new LastrefError(`${spec.name} is edited faster than it can be built`, {
    blame: 'user',
    exitCode: 125,
  });
}
