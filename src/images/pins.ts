import path from 'node:path';
import { writeJson } from '../kit/atomic.js';
import { LastrefError } from '../kit/errors.js';
import { cacheRoot } from '../kit/paths.js';
import { describePackage, matchPackages, openSuite, type Package, SupersededError } from './apt.js';
import { command } from './command.js';
import type { BuildOptions } from './progress.js';
import { hashOf, readJson } from './store.js';

async function newest(found: readonly Package[]): Promise<Package | undefined> {
  let best = found[0];
  for (const one of found.slice(1)) {
    const { exitCode } = await command(
      'dpkg',
      ['--compare-versions', one.version, 'gt', best?.version ?? ''],
      {
        purpose: 'compare package versions',
        accept: [1],
      },
    );
    if (exitCode === 0) best = one;
  }
  return best;
}

/**
 * The package that `pattern` means in `suite`. The first answer is kept, so that a kernel stays the same kernel and
 * needs no network, until `update` asks again.
 */
export async function pinPackage(suite: string, pattern: string, options: BuildOptions): Promise<Package> {
  const file = path.join(cacheRoot(), 'pins', `${hashOf(suite, pattern).slice(0, 16)}.json`);
  const kept = options.update === true ? undefined : await readJson<{ package: Package }>(file);
  if (kept !== undefined) return kept.package;
  await openSuite(suite, options);
  const names = await matchPackages(suite, pattern, options);
  const found = await newest(await Promise.all(names.map((name) => describePackage(suite, name, options))));
  if (found === undefined) {
    throw new LastrefError(`Debian ${suite} has no package that matches ${pattern}`, {
      blame: 'user',
      hint: 'suites drop old kernels: name a newer package in images/kernels/',
    });
  }
  await writeJson(file, { suite, pattern, package: found });
  return found;
}

/** Runs a build; when the archive has dropped a version chosen earlier, once more with what is current. */
export async function withCurrentPins<T>(
  options: BuildOptions,
  build: (options: BuildOptions) => Promise<T>,
): Promise<T> {
  try {
    return await build(options);
  } catch (error) {
    if (!(error instanceof SupersededError) || options.update === true) throw error;
    options.onProgress?.({ phase: 'fetch', message: `${error.message}; taking the current version` });
    return build({ ...options, update: true });
  }
}
