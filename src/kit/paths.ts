import { homedir, userInfo } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

/** The checkout: where package.json is. Compiled code lives in build/src/kit. */
export const projectRoot = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../../..');

/** A user's home even when $HOME is unset or empty. */
export function home(env: NodeJS.ProcessEnv = process.env): string {
  if (env['HOME'] !== undefined && env['HOME'] !== '') return env['HOME'];
  return userInfo().homedir || homedir();
}

/** Kernels, sources, rootfs and probes: $XDG_CACHE_HOME/lastref, or ~/.cache/lastref. */
export function cacheRoot(env: NodeJS.ProcessEnv = process.env): string {
  const base = env['XDG_CACHE_HOME'];
  return path.join(
    base !== undefined && path.isAbsolute(base) ? base : path.join(home(env), '.cache'),
    'lastref',
  );
}
