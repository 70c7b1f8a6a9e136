import { open, stat } from 'node:fs/promises';
import path from 'node:path';
import type { KernelSpec } from '../config/kernel.js';
import { LastrefError } from '../kit/errors.js';
import { didYouMean } from '../kit/nearest.js';
import { home } from '../kit/paths.js';
import { shellWord } from '../kit/shell-word.js';
import { command } from './command.js';
import { listKernels } from './kernels.js';

/** What makes a folder a kernel source tree, to us. */
const mergeConfig = 'scripts/kconfig/merge_config.sh';

/** What a kernel of the user's own is configured with. */
const fragments = ['base', 'p2pdma', 'dax', 'takers', 'debug', 'kasan'];

/** True for a file with the x86 boot protocol's signature (Documentation/arch/x86/boot.rst: "HdrS" at 0x202). */
export async function isBzImage(file: string): Promise<boolean> {
  const handle = await open(file);
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(4), 0, 4, 0x202);
    return bytesRead === 4 && buffer.toString('latin1') === 'HdrS';
  } finally {
    await handle.close();
  }
}

function absolute(text: string): string {
  return path.resolve(text.startsWith('~/') ? path.join(home(), text.slice(2)) : text);
}

async function kindOf(file: string): Promise<'file' | 'directory' | undefined> {
  const found = await stat(file).catch(() => undefined);
  if (found === undefined) return undefined;
  return found.isDirectory() ? 'directory' : 'file';
}

async function isSourceTree(folder: string): Promise<boolean> {
  return (await kindOf(path.join(folder, mergeConfig))) === 'file';
}

async function fromGit(text: string): Promise<KernelSpec> {
  const hash = text.lastIndexOf('#');
  if (hash <= 'git:'.length) {
    throw new LastrefError(`'${text}' names no commit`, {
      blame: 'user',
      hint: 'write git:PATH#REF, e.g. git:~/src/linux#v6.12',
    });
  }
  const repository = absolute(text.slice('git:'.length, hash));
  const ref = text.slice(hash + 1);
  const git = (words: readonly string[], accept: readonly number[]) =>
    command('git', ['-C', repository, ...words], {
      purpose: `find the commit ${ref} in ${repository}`,
      blame: 'user',
      accept,
    });
  const found = await git(['rev-parse', '--verify', '--quiet', '--end-of-options', `${ref}^{commit}`], [1]);
  if (found.exitCode !== 0) {
    throw new LastrefError(`could not find the commit ${ref} in ${repository}: git knows no such commit`, {
      blame: 'user',
      hint: `git -C ${shellWord(repository)} log --oneline --all`,
    });
  }
  const commit = found.stdout.toString('utf8').trim();
  const script = await git(['cat-file', '-e', `${commit}:${mergeConfig}`], [1, 128]);
  if (script.exitCode !== 0) {
    throw new LastrefError(`${ref} of ${repository} is not a kernel source tree: it has no ${mergeConfig}`, {
      blame: 'user',
    });
  }
  return {
    name: text,
    describe: `commit ${commit} of ${repository}`,
    source: { kind: 'git', path: repository, ref: commit },
    fragments,
  };
}

/**
 * The kernel that `text` means: a name from images/kernels, a source tree, a bzImage or `git:PATH#REF`.
 * A name wins over a file of the same name; write `./NAME` for the file.
 */
export async function resolveKernel(text: string): Promise<KernelSpec> {
  const named = await listKernels();
  const known = named.find((one) => one.name === text);
  if (known !== undefined) return known;
  if (text.startsWith('git:')) return fromGit(text);
  const file = absolute(text);
  const kind = text === '' ? undefined : await kindOf(file);
  if (kind === 'directory') {
    if (await isSourceTree(file)) {
      return { name: text, describe: `source tree ${file}`, source: { kind: 'tree', path: file }, fragments };
    }
    throw new LastrefError(`${file} is not a kernel source tree: it has no ${mergeConfig}`, {
      blame: 'user',
    });
  }
  if (kind === 'file') {
    if (await isBzImage(file))
      return { name: text, describe: `ready image ${file}`, source: { kind: 'bzimage', path: file } };
    throw new LastrefError(`${file} is not a bzImage: it lacks the boot header`, { blame: 'user' });
  }
  const names = named.map((one) => one.name);
  throw new LastrefError(`there is no kernel '${text}'${didYouMean(text, names)}`, {
    blame: 'user',
    hint: `known kernels: ${names.join(', ')}; or a path to a source tree or bzImage, or git:PATH#REF`,
  });
}
