import { access, readFile } from 'node:fs/promises';
import path from 'node:path';
import { findTool } from '../images/tools.js';
import { hasCode } from '../kit/errors.js';
import { projectRoot } from '../kit/paths.js';

/** A row of images/host-packages.txt, the table that `.ci/setup` installs from. */
export interface SystemPackage {
  /** A program, or the absolute path of a file, that the package brings. */
  readonly need: string;
  readonly package: string;
  readonly why: string;
}

/** What the host needs, from the table. */
export async function systemPackages(): Promise<SystemPackage[]> {
  return parsePackages(await readFile(path.join(projectRoot, 'images', 'host-packages.txt'), 'utf8'));
}

export function parsePackages(text: string): SystemPackage[] {
  return text
    .split('\n')
    .map((line) => /^([^#\s]\S*)\s+(\S+)\s+(.+?)\s*$/.exec(line))
    .filter((row) => row !== null)
    .map(([, need = '', name = '', why = '']) => ({ need, package: name, why }));
}

/** Whether the program or file of a row is there. */
export async function isPresent({ need }: SystemPackage): Promise<boolean> {
  if (!need.startsWith('/')) return (await findTool(need)) !== undefined;
  try {
    await access(need);
    return true;
  } catch (error) {
    if (hasCode(error, 'ENOENT', 'ENOTDIR', 'EACCES')) return false;
    throw error;
  }
}

/** One command that installs packages, as this user would have to give it. */
export function installCommand(packages: readonly string[], uid = process.getuid?.()): string {
  const unique = [...new Set(packages)].join(' ');
  return `${uid === 0 ? '' : 'sudo '}apt-get install --no-install-recommends ${unique}`;
}
