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
 * Shared libraries that `program` needs, from below `root` only: asked of the unpacked loader itself, so that no
 * library of the host gets into the image. Includes the loader.
 */
export async function librariesOf(program: string, root: string): Promise<{ name: string; path: string }[]> {
  const folders = ['lib/x86_64-linux-gnu', 'usr/lib/x86_64-linux-gnu'].map((one) => path.join(root, one));
  const name = 'ld-linux-x86-64.so.2';
  for (const folder of folders) {
    const loader = path.join(folder, name);
    if (!(await exists(loader))) continue;
    const { stdout } = await command(loader, ['--library-path', folders.join(':'), '--list', program], {
      purpose: `find the libraries of ${path.basename(program)}`,
    });
    const found = parseLoaderList(stdout.toString('utf8'));
    const foreign = found.find((one) => !one.path.startsWith(`${root}/`));
    if (foreign !== undefined)
      throw new Error(`${program} needs ${foreign.name}, which no fetched package has`);
    return [...found.filter((one) => !one.name.includes('/')), { name, path: loader }];
  }
  return []; // no C library was fetched: every program is static
}
