import { buildKernel } from '../images/build.js';
import { resolveKernel } from '../images/resolve.js';
import { buildRootfs } from '../images/rootfs.js';
import { LastrefError } from '../kit/errors.js';
import { defaultKernel } from '../suite/plan.js';
import { findMutant } from './mutants.js';
import { Watcher } from './progress.js';

function expectBuild(words: readonly string[], what: string): string | undefined {
  const [verb, name, ...more] = words;
  if (verb === 'build' && more.length === 0) return name;
  throw new LastrefError(`expected \`lastref ${what} build [NAME]\``, { blame: 'user' });
}

/** `lastref kernel build`: prints the image's facts. */
export async function kernelCommand(
  words: readonly string[],
  options: {
    mutant?: string | undefined;
    json?: boolean | undefined;
    debug?: boolean | undefined;
    types?: boolean | undefined;
  },
): Promise<number> {
  const spec = await resolveKernel(expectBuild(words, 'kernel') ?? defaultKernel);
  const watcher = options.json === true ? undefined : new Watcher();
  try {
    const image = await buildKernel(spec, {
      mutant: await findMutant(options.mutant),
      debug: options.types === true ? 'types' : options.debug === true ? 'lines' : undefined,
      onProgress: (progress) => watcher?.build('kernel', spec.name, progress),
    });
    print(options.json === true, { ...image, ...image.provenance });
  } finally {
    watcher?.end();
  }
  return 0;
}

/** `lastref rootfs build`: prints the image's facts. */
export async function rootfsCommand(words: readonly string[], json: boolean): Promise<number> {
  const name = expectBuild(words, 'rootfs') ?? 'base';
  const watcher = json ? undefined : new Watcher();
  try {
    const image = await buildRootfs(name, {
      onProgress: (progress) => watcher?.build('rootfs', name, progress),
    });
    print(json, { ...image });
  } finally {
    watcher?.end();
  }
  return 0;
}

function print(json: boolean, facts: Readonly<Record<string, unknown>>): void {
  if (json) {
    process.stdout.write(`${JSON.stringify(facts, null, 2)}\n`);
    return;
  }
  for (const [name, value] of Object.entries(facts)) {
    if (typeof value === 'string') process.stdout.write(`${name.padEnd(12)} ${value}\n`);
  }
}
