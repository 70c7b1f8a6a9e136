import { constants } from 'node:fs';
import { access } from 'node:fs/promises';
import path from 'node:path';
import { buildDebugKernel } from '../images/build.js';
import { resolveKernel } from '../images/resolve.js';
import { LastrefError } from '../kit/errors.js';
import { type DebugInfo, debugInfoIn } from '../suite/decode.js';
import { defaultKernel } from '../suite/plan.js';
import type { ConsoleOptions } from './console.js';
import { findMutant } from './mutants.js';
import { Watcher } from './progress.js';

/** The debug info that was asked for; null when none was. */
export async function findDebugInfo({
  vmlinux,
  source,
  kernel,
  mutant,
}: ConsoleOptions): Promise<DebugInfo | null> {
  if (vmlinux !== undefined) {
    if (kernel !== undefined || mutant !== undefined)
      throw new LastrefError('--vmlinux and --kernel say the same thing twice', { blame: 'user' });
    if (!(await isReadable(vmlinux)))
      throw new LastrefError(`there is no vmlinux ${vmlinux}`, { blame: 'user' });
    return { vmlinux, source: source === undefined ? null : path.resolve(source), cacheFile: null };
  }
  if (source !== undefined) throw new LastrefError('--source goes with --vmlinux', { blame: 'user' });
  if (kernel === undefined && mutant === undefined) return null;
  return buildDebugInfo(kernel, await findMutant(mutant));
}

const isReadable = (file: string): Promise<boolean> =>
  access(file, constants.R_OK).then(
    () => true,
    () => false,
  );

/** The debug variant of a kernel, built when it is not in the cache; progress goes to standard error. */
async function buildDebugInfo(kernel = defaultKernel, mutant?: string): Promise<DebugInfo> {
  const spec = await resolveKernel(kernel);
  const watcher = new Watcher(process.stderr);
  try {
    const image = await buildDebugKernel(spec, {
      mutant,
      onProgress: (progress) => watcher.build('kernel', spec.name, progress),
    });
    const found = debugInfoIn(image);
    if (found !== null) return found;
    throw new LastrefError(`${spec.name} comes without debug info`, {
      blame: 'user',
      hint: 'give its vmlinux: `lastref console FILE --vmlinux F`',
    });
  } finally {
    watcher.end();
  }
}
