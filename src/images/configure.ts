import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { KernelSpec } from '../config/kernel.js';
import { hasCode, LastrefError } from '../kit/errors.js';
import { projectRoot } from '../kit/paths.js';
import { command } from './command.js';
import { type Config, conditionsOf, evaluate, lostLines, parseConfig, valuesIn } from './kconfig.js';
import { buildEnvironment } from './make.js';
import type { Tree } from './tree.js';

/** A fragment with its text; `without` lines are taken out before it is merged. */
export interface Fragment {
  readonly name: string;
  readonly text: string;
}

/** Reads the fragments a spec names from images/kernels/fragments. */
export async function readFragments(
  spec: KernelSpec,
  folder = path.join(projectRoot, 'images/kernels/fragments'),
): Promise<Fragment[]> {
  const without = new Set(Object.keys(spec.without ?? {}));
  const fragments: Fragment[] = [];
  for (const name of spec.fragments ?? []) {
    const text = await readFile(path.join(folder, `${name}.config`), 'utf8').catch((cause) => {
      if (!hasCode(cause, 'ENOENT')) throw cause;
      throw new LastrefError(
        `the kernel ${spec.name} names the fragment '${name}', which is not in ${folder}`,
        { blame: 'user' },
      );
    });
    const kept = text.split('\n').filter((line) => !without.has(line.split('=')[0] ?? ''));
    fragments.push({ name, text: kept.join('\n') });
  }
  return fragments;
}

/** Kconfig files of the tree that define `symbol`, with their text. */
async function definitions(
  symbol: string,
  src: string,
  signal?: AbortSignal,
): Promise<{ file: string; text: string }[]> {
  const { stdout } = await command(
    'grep',
    ['-rlE', '--include=Kconfig*', `^[[:space:]]*(menu)?config ${symbol}$`, '.'],
    { purpose: `look for ${symbol} in Kconfig`, cwd: src, accept: [1], signal },
  );
  const files = stdout
    .toString('utf8')
    .split('\n')
    .filter((line) => line !== '');
  const native = files.filter((file) => !file.startsWith('./arch/') || file.startsWith('./arch/x86/'));
  return Promise.all(
    native.map(async (file) => ({ file: file.slice(2), text: await readFile(path.join(src, file), 'utf8') })),
  );
}

/** One sentence on why a line did not stick; undefined when this kernel does not know the symbol at all. */
async function explainLoss(
  symbol: string,
  actual: Config,
  src: string,
  signal?: AbortSignal,
): Promise<string | undefined> {
  const known = await definitions(symbol, src, signal);
  const places = known.flatMap(({ file, text }) =>
    conditionsOf(symbol, text).map((parts) => ({ file, parts })),
  );
  if (places.length === 0) return undefined;
  const unmet = places.map(({ file, parts }) => ({
    file,
    parts: parts.filter((part) => evaluate(part, actual) === 0),
  }));
  if (unmet.some(({ parts }) => parts.length === 0)) {
    return `${places[0]?.file}: what it depends on is there; something else selects it, or it has no prompt`;
  }
  return unmet
    .map(
      ({ file, parts }) =>
        `${file}: ${parts.map((part) => `depends on ${part} (${valuesIn(part, actual).join(' ')})`).join(', ')}`,
    )
    .join(' | ');
}

/**
 * Merges the fragments with the kernel's own scripts/kconfig/merge_config.sh over allnoconfig and checks that every
 * line is in the result. Symbols this kernel has never heard of are an error for a named kernel (say so in `without`)
 * and returned for a developer's own, which may be of any version.
 */
export async function configure(
  tree: Tree,
  spec: KernelSpec,
  fragments: readonly Fragment[],
  signal?: AbortSignal,
): Promise<{ unknown: string[] }> {
  const folder = path.join(tree.folder, 'fragments');
  await mkdir(folder, { recursive: true });
  const files: string[] = [];
  for (const [index, { name, text }] of fragments.entries()) {
    const file = path.join(folder, `${index}-${name}.config`);
    await writeFile(file, text);
    files.push(file);
  }
  // merging only (-m), here: up to 6.12 the script leaves its scratch file for a moment where it is run
  const options = {
    blame: tree.journal === null ? 'user' : 'host',
    env: buildEnvironment(),
    signal,
  } as const;
  await command(path.join(tree.src, 'scripts/kconfig/merge_config.sh'), ['-m', '-O', folder, ...files], {
    purpose: `merge the config fragments of ${spec.name}`,
    cwd: folder,
    ...options,
  });
  const all = `KCONFIG_ALLCONFIG=${path.join(folder, '.config')}`;
  const cc = `CC=${spec.toolchain?.cc ?? 'gcc'}`;
  await command('make', ['-C', tree.src, `O=${tree.obj}`, cc, all, 'allnoconfig'], {
    purpose: `configure ${spec.name}`,
    ...options,
  });
  const actual = parseConfig(await readFile(path.join(tree.obj, '.config'), 'utf8'));
  const wanted = parseConfig(fragments.map((one) => one.text).join('\n'));
  const tolerant = spec.source.kind === 'tree' || spec.source.kind === 'git';
  const unknown: string[] = [];
  const complaints: string[] = [];
  for (const lost of lostLines(wanted, actual)) {
    const why = await explainLoss(lost.symbol, actual, tree.src, signal);
    if (why === undefined && tolerant) unknown.push(`CONFIG_${lost.symbol}`);
    else
      complaints.push(
        `CONFIG_${lost.symbol}=${lost.wanted} did not stick (it is ${lost.actual}): ${why ?? 'this kernel has no such symbol'}`,
      );
  }
  if (complaints.length > 0) {
    throw new LastrefError(
      `${spec.name}: ${complaints.length} config line(s) did not stick\n${complaints.slice(0, 10).join('\n')}`,
      {
        blame: 'user',
        exitCode: 125,
        evidence: path.join(tree.obj, '.config'),
        hint: 'add what it depends on to a fragment in images/kernels/fragments, or name it in `without` with the reason',
      },
    );
  }
  return { unknown };
}
