import { copyFile, mkdir, readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import type { KernelImage, KernelSpec } from '../config/kernel.js';
import { LastrefError } from '../kit/errors.js';
import { withLock } from '../kit/lock.js';
import { cacheRoot } from '../kit/paths.js';
import { command } from './command.js';
import { compile } from './compile.js';
import { variantOf } from './debug-variant.js';
import { loadImage, saveImage } from './image.js';
import { gather, type Ingredients } from './ingredients.js';
import type { BuildOptions } from './progress.js';
import { fingerprint, takeSnapshot } from './snapshot.js';
import { cached, hashOf } from './store.js';
import { requireTools } from './tools.js';
import { prepareTree, treeKey } from './tree.js';

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
  const mutating = parts.mutant?.path.endsWith('.cocci') === true ? ['spatch'] : [];
  const patching = parts.patches.length > 0 || parts.mutant !== null ? ['git'] : [];
  const tools = ['make', spec.toolchain?.cc ?? 'gcc', 'ld', 'flex', 'bison', 'bc', ...mutating, ...patching];
  await requireTools(tools, `compile ${spec.name}`);
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
        await copyFile(path.join(tree.obj, 'System.map'), path.join(folder, 'System.map'));
        if (options.debug !== undefined)
          await copyFile(path.join(tree.obj, 'vmlinux'), path.join(folder, 'vmlinux'));
        const release = await readFile(path.join(tree.obj, 'include/config/kernel.release'), 'utf8');
        for (const file of spec.coverage ?? []) {
          const notes = file.replace(/\.c$/, '.gcno');
          await mkdir(path.join(folder, 'coverage', path.dirname(notes)), { recursive: true });
          await copyFile(path.join(tree.obj, notes), path.join(folder, 'coverage', notes));
        }
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
    const wanted = await variantOf(spec, await gather(spec, options), options.debug);
    try {
      return await cached(
        'kernels',
        wanted.key,
        {
          load: (folder) => loadImage(folder, spec.name),
          fill: (folder) => fill(folder, wanted.key, wanted.spec, wanted.parts, options),
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
