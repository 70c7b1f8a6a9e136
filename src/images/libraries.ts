import path from 'node:path';
import { command } from './command.js';
import { exists } from './image.js';

/** `NAME => PATH (0x…)` lines of the dynamic loader's --list. */
export function parseLoaderList(text: string): { name: string; path: string }[] {
  return [...text.matchAll(/^\s*(\S+) => (.+) \(0x[0-9a-f]+\)$/gm)].map(([, name = '', file = '']) => ({
    name,
    path: file,
  }));
}

/**
 * Shared libraries that `program` (relative to `root`) needs, from below `root` only: asked of the unpacked loader itself, so that no
 * library of the host gets into the image. Includes the loader.
 */
export async function librariesOf(program: string, root: string): Promise<{ name: string; path: string }[]> {
  // relative to root, because the loader takes a colon in a path for the end of it
  const folders = ['lib/x86_64-linux-gnu', 'usr/lib/x86_64-linux-gnu'];
  const name = 'ld-linux-x86-64.so.2';
  for (const folder of folders) {
    const loader = path.join(root, folder, name);
    if (!(await exists(loader))) continue;
    const args = ['--library-path', folders.join(':'), '--list', `./${program}`];
    const { stdout } = await command(loader, args, {
      purpose: `find the libraries of ${program}`,
      cwd: root,
    });
    const found = parseLoaderList(stdout.toString('utf8')).filter((one) => !one.name.includes('/'));
    const foreign = found.find((one) => path.isAbsolute(one.path));
    if (foreign !== undefined)
      throw new Error(`${program} needs ${foreign.name}, which no fetched package has`);
    return [...found, { name, path: path.join(folder, name) }].map((one) => ({
      name: one.name,
      path: path.join(root, one.path),
    }));
  }
  return []; // no C library was fetched: every program is static
}
