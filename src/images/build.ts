import type { KernelImage, KernelSpec } from '../config/kernel.js';
import { LastrefError } from '../kit/errors.js';
import { buildDebianImage } from './debian-image.js';
import type { BuildOptions } from './progress.js';

/** Builds a kernel, or takes it from the cache. */
export async function buildKernel(spec: KernelSpec, options: BuildOptions = {}): Promise<KernelImage> {
  const { source } = spec;
  if (source.kind === 'debian-image') return buildDebianImage(spec, source, options);
  throw new LastrefError(`not yet: ${source.kind}`, { blame: 'harness' });
}
