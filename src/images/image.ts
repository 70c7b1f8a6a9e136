import { rm, stat } from 'node:fs/promises';
import path from 'node:path';
import type { KernelImage } from '../config/kernel.js';
import { writeJson } from '../kit/atomic.js';
import { readJson } from './store.js';

/** kernel.json of a cache entry: what cannot be read off the folder. */
export type ImageFacts = Pick<KernelImage, 'key' | 'release' | 'source' | 'provenance'>;

/** Ends the filling of a cache entry: drops everything but the results and writes kernel.json. */
export async function saveImage(folder: string, facts: ImageFacts): Promise<void> {
  for (const name of ['unpacked', 'debs'])
    await rm(path.join(folder, name), { recursive: true, force: true });
  await writeJson(path.join(folder, 'kernel.json'), facts);
}

export async function exists(file: string): Promise<boolean> {
  return (await stat(file).catch(() => undefined)) !== undefined;
}

/** The path of a file that has bytes in it, else null. */
async function present(file: string): Promise<string | null> {
  const found = await stat(file).catch(() => undefined);
  return found !== undefined && found.size > 0 ? file : null;
}

/** A kernel from its cache entry, or undefined when the entry is absent or incomplete. */
export async function loadImage(folder: string, name: string): Promise<KernelImage | undefined> {
  const facts = await readJson<ImageFacts>(path.join(folder, 'kernel.json'));
  const bzImage = await present(path.join(folder, 'bzImage'));
  if (facts === undefined || bzImage === null) return undefined;
  return {
    name,
    key: facts.key,
    bzImage,
    release: facts.release,
    modulesCpio: await present(path.join(folder, 'modules.cpio.gz')),
    config: await present(path.join(folder, 'config')),
    vmlinux: await present(path.join(folder, 'vmlinux')),
    systemMap: await present(path.join(folder, 'System.map')),
    coverage: await present(path.join(folder, 'coverage')),
    source: facts.source === null ? null : await present(facts.source),
    provenance: facts.provenance,
  };
}
