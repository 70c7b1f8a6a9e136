import path from 'node:path';
import type { KernelImage, KernelSpec } from '../config/kernel.js';
import { cacheRoot } from '../kit/paths.js';
import { readFragments } from './configure.js';
import { loadImage } from './image.js';
import { type Ingredients, keyOf } from './ingredients.js';
import { hashOf } from './store.js';

/**
 * The same source, patches, fragments and compiler with debug info on top; the code comes out the same. By what it
 * can be read for: `lines` (decoding), `types` (decoding, and `crash` on a memory dump).
 */
export const debugVariants = { lines: 'debug-lines', types: 'debug-types' } as const;
export type DebugVariant = keyof typeof debugVariants;

const specOf = (spec: KernelSpec, fragment: string): KernelSpec => ({
  ...spec,
  fragments: [...(spec.fragments ?? []), fragment],
});

/** The key follows from the plain kernel's, so that a finished run finds its debug variant by that alone. */
async function keyOfVariant(plainKey: string, spec: KernelSpec, fragment: string): Promise<string> {
  const [added] = await readFragments({ ...spec, fragments: [fragment] });
  return hashOf('debug', plainKey, added?.text ?? '');
}

/** What to build, and under which key: the plain kernel, or its variant. */
export async function variantOf(
  spec: KernelSpec,
  plain: Ingredients,
  debug: DebugVariant | undefined,
): Promise<{ spec: KernelSpec; parts: Ingredients; key: string }> {
  const plainKey = keyOf(spec, plain);
  if (debug === undefined) return { spec, parts: plain, key: plainKey };
  const fragment = debugVariants[debug];
  return {
    spec: specOf(spec, fragment),
    parts: {
      ...plain,
      fragments: [...plain.fragments, ...(await readFragments({ ...spec, fragments: [fragment] }))],
    },
    key: await keyOfVariant(plainKey, spec, fragment),
  };
}

/** The debug variant of a kernel as far as it is in the cache; null when it was never built. Builds nothing. */
export async function findDebugImage(plain: Pick<KernelImage, 'key' | 'name'>): Promise<KernelImage | null> {
  return (await findVariant(plain))?.image ?? null;
}

/** As findDebugImage, and which of the variants it is. */
export async function findVariant(
  plain: Pick<KernelImage, 'key' | 'name'>,
): Promise<{ readonly debug: DebugVariant; readonly image: KernelImage } | null> {
  for (const debug of ['types', 'lines'] as const) {
    const fragment = debugVariants[debug];
    const spec: KernelSpec = { name: plain.name, describe: '', source: { kind: 'bzimage', path: '' } };
    const folder = path.join(cacheRoot(), 'kernels', await keyOfVariant(plain.key, spec, fragment));
    const found = await loadImage(folder, plain.name);
    if (found?.vmlinux != null) return { debug, image: found };
  }
  return null;
}
