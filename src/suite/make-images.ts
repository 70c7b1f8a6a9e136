import type { KernelImage, KernelSpec, RootfsImage } from '../config/kernel.js';
import { compileProbe } from '../guest/probe-build.js';
import { buildDebugKernel, buildKernel } from '../images/build.js';
import type { BuildProgress } from '../images/progress.js';
import { buildRootfs } from '../images/rootfs.js';

export interface ImageOptions {
  /** Path of a `.cocci` or `.patch`. */
  readonly mutant?: string | undefined;
  /** The kernel's debug variant too, so that splats are decoded as they come. */
  readonly decode?: boolean | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly onBuild?: (what: 'kernel' | 'rootfs', name: string, progress: BuildProgress) => void;
  readonly onBuilt?: (what: 'kernel' | 'rootfs', name: string, durationMs: number) => void;
}

/**
 * The kernel, the rootfs and the probes, each made or found in the cache, at the same time: they wait for different
 * things. The first that fails ends the others.
 */
export async function makeImages(
  spec: KernelSpec,
  { mutant, decode, onBuild, onBuilt, ...options }: ImageOptions,
): Promise<{ kernel: KernelImage; rootfs: RootfsImage }> {
  const failed = new AbortController();
  const signal = AbortSignal.any([failed.signal, ...(options.signal === undefined ? [] : [options.signal])]);
  const timed = async <T>(
    what: 'kernel' | 'rootfs',
    name: string,
    make: (onProgress: (progress: BuildProgress) => void) => Promise<T>,
  ): Promise<T> => {
    const since = performance.now();
    const made = await make((progress) => onBuild?.(what, name, progress));
    onBuilt?.(what, name, performance.now() - since);
    return made;
  };
  const all = [
    timed('kernel', spec.name, (onProgress) => buildKernel(spec, { mutant, onProgress, signal })),
    timed('rootfs', 'base', (onProgress) => buildRootfs('base', { onProgress, signal })),
    ...['p2pmem', 'remover', 'race', 'kmsg'].map((probe) => compileProbe(probe, { signal })),
  ] as const;
  try {
    const [kernel, rootfs] = await Promise.all(all);
    if (decode === true) {
      await timed('kernel', `${spec.name} with debug info`, (onProgress) =>
        buildDebugKernel(spec, { mutant, onProgress, signal }),
      );
    }
    return { kernel: kernel as KernelImage, rootfs: rootfs as RootfsImage };
  } catch (error) {
    failed.abort(error);
    await Promise.allSettled(all); // what they had begun is undone
    throw error;
  }
}
