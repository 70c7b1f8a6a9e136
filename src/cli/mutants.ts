import { readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { hasCode, LastrefError } from '../kit/errors.js';
import { didYouMean } from '../kit/nearest.js';
import { projectRoot } from '../kit/paths.js';

/** Every mutant of the suites: name and file, sorted by name. */
export async function listMutants(): Promise<{ name: string; file: string }[]> {
  const root = path.join(projectRoot, 'suites');
  const names = await readdir(root, { recursive: true });
  return names
    .filter((name) => /(^|\/)mutants\/[^/]+\.(cocci|patch)$/.test(name))
    .map((name) => ({
      name: path.basename(name).replace(/\.(cocci|patch)$/, ''),
      file: path.join(root, name),
    }))
    .sort((a, b) => a.name.localeCompare(b.name));
}

/** The file of a mutant that is named, or given as a path to a `.cocci` or `.patch` file. */
export async function findMutant(text: string | undefined): Promise<string | undefined> {
  if (text === undefined) return undefined;
  const all = await listMutants();
  const known = all.find(({ name }) => name === text);
  if (known !== undefined) return known.file;
  try {
    if ((await stat(text)).isFile() && /\.(cocci|patch)$/.test(text)) return path.resolve(text);
  } catch (error) {
    if (!hasCode(error, 'ENOENT', 'ENOTDIR')) throw error;
  }
  throw new LastrefError(
    `"${text}" is neither a mutant nor a .cocci or .patch file${didYouMean(
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
