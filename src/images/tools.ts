import { constants } from 'node:fs';
import { access } from 'node:fs/promises';
import path from 'node:path';
import { LastrefError } from '../kit/errors.js';

/** Debian package of every program (or header) that a build may miss. */
const packages: Readonly<Record<string, string>> = {
  addr2line: 'binutils',
  'apt-cache': 'apt',
  'apt-get': 'apt',
  bc: 'bc',
  bison: 'bison',
  cp: 'coreutils',
  depmod: 'kmod',
  dpkg: 'dpkg',
  'dpkg-deb': 'dpkg',
  find: 'findutils',
  flex: 'flex',
  gcc: 'gcc',
  gcov: 'gcc',
  git: 'git',
  ld: 'binutils',
  make: 'make',
  nm: 'binutils',
  perl: 'perl',
  readelf: 'binutils',
  setpriv: 'util-linux',
  sh: 'dash',
  spatch: 'coccinelle',
  tar: 'tar',
  xz: 'xz-utils',
  zstd: 'zstd',
};

/** Absolute path of a program: $PATH first, then the sbin folders an ordinary user's PATH leaves out. */
export async function findTool(
  name: string,
  env: NodeJS.ProcessEnv = process.env,
): Promise<string | undefined> {
  if (name.includes('/')) return name;
  const folders = [...(env['PATH'] ?? '').split(':'), '/usr/sbin', '/sbin', '/usr/bin', '/bin'];
  for (const folder of folders) {
    if (folder === '') continue;
    const file = path.join(folder, name);
    const found = await access(file, constants.X_OK).then(
      () => true,
      () => false,
    );
    if (found) return file;
  }
  return undefined;
}

/** The error for programs that are not installed; names the Debian packages that have them. */
export function missingTools(names: readonly string[], purpose: string): LastrefError {
  const wanted = [...new Set(names.map((name) => packages[path.basename(name)] ?? path.basename(name)))];
  return new LastrefError(`${names.join(', ')} not found: needed to ${purpose}`, {
    blame: 'host',
    hint: `apt-get install ${wanted.join(' ')}`,
  });
}

/** Fails with one error that names everything missing. */
export async function requireTools(names: readonly string[], purpose: string): Promise<void> {
  const missing: string[] = [];
  for (const name of names) if ((await findTool(name)) === undefined) missing.push(name);
  if (missing.length > 0) throw missingTools(missing, purpose);
}
