import path from 'node:path';
import { execa } from 'execa';
import { projectRoot } from '../../src/kit/paths.js';

/** The compiled tool. */
export const main = path.join(projectRoot, 'build/src/cli/main.js');

export interface Said {
  readonly code: number | undefined;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs `lastref` to its end. A variable that is `undefined` in `env` is not set at all. */
export async function lastref(
  words: readonly string[],
  {
    env = {},
    input = '',
    cwd = '/',
  }: { env?: NodeJS.ProcessEnv; input?: string | Uint8Array; cwd?: string } = {},
): Promise<Said> {
  const { exitCode, stdout, stderr } = await execa(process.execPath, [main, ...words], {
    env: { ...process.env, ...env },
    extendEnv: false,
    cwd,
    input,
    reject: false,
    stripFinalNewline: false,
  });
  return { code: exitCode, stdout, stderr };
}
