import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import type { KernelSpec } from '../config/kernel.js';
import { hasCode, LastrefError } from '../kit/errors.js';
import { projectRoot } from '../kit/paths.js';

/** Compiled kernel specs: one file each, found by listing the folder. */
const folder = path.join(projectRoot, 'build/images/kernels');

/** The kernels this checkout names, by name. Adding a file to images/kernels/ adds a kernel. */
export async function listKernels(from = folder): Promise<KernelSpec[]> {
  const files = await readdir(from).catch((error) => {
    if (!hasCode(error, 'ENOENT')) throw error;
    throw new LastrefError(`no compiled kernel specs in ${from}`, { blame: 'user', hint: 'npx tsc -p .' });
  });
  const specs: KernelSpec[] = [];
  for (const file of files.filter((name) => name.endsWith('.js')).sort()) {
    const loaded = (await import(pathToFileURL(path.join(from, file)).href)) as { kernel?: KernelSpec };
    const name = file.slice(0, -'.js'.length);
    if (loaded.kernel?.name !== name) {
      throw new LastrefError(`images/kernels/${name}.ts has to export \`kernel\` with the name '${name}'`, {
        blame: 'user',
      });
    }
    specs.push(loaded.kernel);
  }
  return specs;
}
