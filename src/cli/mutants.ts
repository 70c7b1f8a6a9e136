import { readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { hasCode, LastrefError } from '../kit/errors.js';
import { didYouMean } from '../kit/nearest.js';
import { projectRoot } from '../kit/paths.js';

interface Named {
  readonly name: string;
  readonly file: string;
}

/** Every mutant of the suites: name and file, sorted by name. */
export const listMutants = (): Promise<Named[]> => listPatches('mutants');

/** Every stretch of the suites: patches that only widen a window. A kernel with one must keep every promise. */
export const listStretches = (): Promise<Named[]> => listPatches('stretch');

async function listPatches(folder: 'mutants' | 'stretch'): Promise<Named[]> {
  const root = path.join(projectRoot, 'suites');
  const names = await readdir(root, { recursive: true });
  return names
    .filter((name) => path.basename(path.dirname(name)) === folder && /\.(cocci|patch)$/.test(name))
    .map((name) => ({
      name: path.basename(name).replace(/\.(cocci|patch)$/, ''),
      file: path.join(root, name),
    }))
    .sort((a, b) => a.name.localeCompare(b.name));
}

/** The file of a mutant that is named, or given as a path to a `.cocci` or `.patch` file. */
export async function findMutant(text: string | undefined): Promise<string | undefined> {
  return text === undefined ? undefined : findPatch(text, 'mutant', await listMutants());
}

/** What a kernel is built with: a mutant or a stretch, each by its name or as a file. */
export async function findChange(words: {
  readonly mutant?: string | undefined;
  readonly stretch?: string | undefined;
}): Promise<string | undefined> {
  if (words.stretch === undefined) return findMutant(words.mutant);
  if (words.mutant === undefined) return findPatch(words.stretch, 'stretch', await listStretches());
  throw new LastrefError('a kernel takes --mutant or --stretch, not both', { blame: 'user' });
}

async function findPatch(text: string, kind: string, all: readonly Named[]): Promise<string> {
  const known = all.find(({ name }) => name === text);
  if (known !== undefined) return known.file;
  try {
    if ((await stat(text)).isFile() && /\.(cocci|patch)$/.test(text)) return path.resolve(text);
  } catch (error) {
    if (!hasCode(error, 'ENOENT', 'ENOTDIR')) throw error;
  }
  throw new LastrefError(
    `"${text}" is neither a ${kind} nor a .cocci or .patch file${didYouMean(
      text,
      all.map(({ name }) => name),
    )}`,
    {
      blame: 'user',
      hint: 'lastref list',
    },
  );
}

/** The files of mutants that are named, or given as files or folders; without words, all of the suites that question the kernel. */
export async function findMutants(words: readonly string[]): Promise<string[]> {
  if (words.length === 0) {
    const files = (await listMutants()).map(({ file }) => file);
    return files.filter((file) => !file.includes(`${path.sep}meta${path.sep}mutants${path.sep}`));
  }
  const found: string[] = [];
  for (const word of words) {
    const isFolder = await stat(word).then(
      (entry) => entry.isDirectory(),
      () => false,
    );
    if (!isFolder) found.push((await findMutant(word)) ?? '');
    else found.push(...(await mutantsBelow(word)));
  }
  return [...new Set(found)];
}

async function mutantsBelow(folder: string): Promise<string[]> {
  const names = await readdir(folder, { recursive: true });
  const files = names.filter((name) => /\.(cocci|patch)$/.test(name)).sort();
  if (files.length > 0) return files.map((name) => path.resolve(folder, name));
  throw new LastrefError(`${folder} holds no .cocci or .patch file`, { blame: 'user' });
}
