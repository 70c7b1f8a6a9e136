import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { KernelImage, KernelSpec } from '../config/kernel.js';
import { LastrefError } from '../kit/errors.js';
import { buildFromSource } from './build-source.js';
import { buildDebianImage } from './debian-image.js';
import { findVariant } from './debug-variant.js';
import { exists } from './image.js';
import { gather, keyOf } from './ingredients.js';
import { withCurrentPins } from './pins.js';
import type { BuildOptions } from './progress.js';
import { hashOf } from './store.js';

/** Version text of a bzImage: the boot header's kernel_version points at it (Documentation/arch/x86/boot.rst). */
export function releaseOf(image: Buffer): string {
  const start = image.readUInt16LE(0x20e) + 0x200;
  const text = image.subarray(start, start + 256).toString('latin1');
  return /^[\w.+~-]+/.exec(text)?.[0] ?? 'unknown';
}

async function useImage(spec: KernelSpec, file: string): Promise<KernelImage> {
  const bytes = await readFile(file);
  const obj = path.resolve(path.dirname(file), '../../..');
  const beside = async (name: string): Promise<string | null> =>
    file.endsWith('arch/x86/boot/bzImage') && (await exists(path.join(obj, name)))
      ? path.join(obj, name)
      : null;
  const key = hashOf(bytes);
  return {
    name: spec.name,
    key,
    bzImage: file,
    release: releaseOf(bytes),
    modulesCpio: null,
    config: await beside('.config'),
    vmlinux: await beside('vmlinux'),
    source: await beside('source'),
    provenance: { bzImage: file, sha256: key },
  };
}

/**
 * Builds a kernel, or takes it from the cache, where the same ingredients were built before. Errors blame the user
 * for what does not apply, stick or compile in what they gave (exit code 125: `git bisect run` skips), else the host.
 */
export async function buildKernel(spec: KernelSpec, options: BuildOptions = {}): Promise<KernelImage> {
  const { source } = spec;
  const ready = source.kind === 'bzimage' || source.kind === 'debian-image';
  if (ready && options.debug !== undefined) {
    throw new LastrefError(`${spec.name} is a ready-made kernel: a debug variant needs its source`, {
      blame: 'user',
      hint: 'a vmlinux with debug info beside a bzImage of your own is used as it is; `lastref console FILE --vmlinux F` takes any',
    });
  }
  if (ready && (options.mutant !== undefined || (spec.patches ?? []).length > 0)) {
    throw new LastrefError(
      `${spec.name} is a ready-made kernel: a ${options.mutant === undefined ? 'patch' : 'mutant'} needs source`,
      {
        blame: 'user',
        hint: 'choose a kernel that is built from source, e.g. linux-6.12-kasan',
      },
    );
  }
  if (source.kind === 'bzimage') return useImage(spec, source.path);
  if (source.kind === 'debian-image') {
    return withCurrentPins(options, (current) => buildDebianImage(spec, source, current));
  }
  return withCurrentPins(options, (current) => buildFromSource(spec, current));
}

/**
 * A kernel with debug info: its debug variant from the cache, whichever there is. Else one is built: for a mutant the one that
 * its kernel has, which takes seconds in the tree that is there, and otherwise the one for lines. A ready-made kernel comes as it is, with the vmlinux that lies beside it, if any.
 */
export async function buildDebugKernel(spec: KernelSpec, options: BuildOptions = {}): Promise<KernelImage> {
  const { kind } = spec.source;
  if (kind === 'bzimage' || kind === 'debian-image') return buildKernel(spec, options);
  return withCurrentPins(options, async (current) => {
    const key = keyOf(spec, await gather(spec, current));
    const found = await findVariant({ key, name: spec.name });
    if (found !== null) return found.image;
    const { mutant: _mutant, ...unmutated } = current;
    const plainKey = keyOf(spec, await gather(spec, unmutated));
    const built = await findVariant({ key: plainKey, name: spec.name });
    return buildFromSource(spec, { ...current, debug: built?.debug ?? 'lines' });
  });
}
