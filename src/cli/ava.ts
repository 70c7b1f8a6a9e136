import { mkdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { execa } from 'execa';
import { runPaths } from '../artifacts/layout.js';
import type { RunPlan } from '../artifacts/result.js';
import { hasCode } from '../kit/errors.js';
import { projectRoot } from '../kit/paths.js';
import { dieWithUs } from '../qemu/launch.js';

/**
 * What AVA and its workers hold is mostly the space that V8 gives young objects, 16 MiB a half and thread: with 2 MiB
 * they hold 15 MiB less and need no more time. AVA hands its own options on to its workers, which refuse this one there.
 */
const frugal = '--max-semi-space-size=2';

function nodeOptions(): string {
  const allowed = process.allowedNodeEnvironmentFlags.has('--max-semi-space-size') ? [frugal] : [];
  return [process.env['NODE_OPTIONS'] ?? '', ...allowed].join(' ').trim();
}

/** Runs AVA over test files of a plan; returns null, or how it ended when not well. What it prints goes to ava.log. */
export async function runAva(
  plan: RunPlan,
  files: readonly string[],
  options: { readonly batch: boolean; readonly atOnce: number },
): Promise<string | null> {
  const scratch = path.join(plan.directory, '.tmp');
  await mkdir(scratch, { recursive: true });
  const ava = path.join(projectRoot, 'node_modules', 'ava', 'entrypoints', 'cli.mjs');
  const [program, words] = dieWithUs(
    process.execPath,
    [ava, '--tap', ...files],
    path.join(plan.directory, 'ava.log'),
  );
  const child = execa(program, words, {
    cwd: projectRoot,
    env: {
      LASTREF_PLAN: runPaths(plan.directory).plan,
      LASTREF_JOBS: String(options.atOnce),
      ...(options.batch ? { LASTREF_BATCH: '1' } : {}),
      AVA_FORCE_CI: 'not-ci',
      LC_ALL: 'C.UTF-8',
      NODE_OPTIONS: nodeOptions(),
      TMPDIR: scratch, // AVA leaves a folder behind
    },
    stdio: 'ignore',
    // Out of the terminal's group: ^C reaches us, and we ask the workers to stop so that they can keep their evidence.
    detached: true,
    cleanup: false,
    reject: false,
    buffer: false,
  });
  const killAll = (): void => {
    try {
      if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
    } catch (error) {
      if (!hasCode(error, 'ESRCH')) throw error; // it has just ended by itself
    }
  };
  process.once('exit', killAll);
  try {
    const { exitCode, signal } = await child;
    return exitCode === undefined ? `ended by ${signal}` : exitCode === 0 ? null : `exit code ${exitCode}`;
  } finally {
    process.removeListener('exit', killAll);
    await rm(scratch, { recursive: true, force: true });
  }
}
