import { mkdtemp, rm, rmdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { bootGuest } from '../guest/boot.js';
import type { RunningGuest } from '../guest/guest.js';
import { hasCode, LastrefError } from '../kit/errors.js';
import { findShape } from '../suite/discover.js';
import { makeKeyPair } from '../suite/keys.js';
import { makePlan, type PlanOptions } from '../suite/plan.js';
import { findMutant } from './mutants.js';
import { Watcher } from './progress.js';

export interface ShellOptions extends Pick<PlanOptions, 'kernel' | 'mutant' | 'accelerator'> {
  readonly shape: string;
  /** Words to run instead of an interactive shell. */
  readonly command: readonly string[];
}

/** A terminal that is closed sends SIGHUP. */
const endings = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** `lastref shell`: boots a shape and connects the terminal to a shell in it. Returns the shell's exit code. */
export async function shellCommand(options: ShellOptions): Promise<number> {
  const shape = await findShape(options.shape);
  const watcher = new Watcher();
  const folder = await mkdtemp(path.join(tmpdir(), 'lastref-shell-'));
  let unkept = '';
  const stop = new AbortController();
  const interrupt = (): void => stop.abort(new LastrefError('interrupted', { blame: 'user', exitCode: 130 }));
  for (const signal of endings) process.on(signal, interrupt);
  try {
    const { plan, why } = await makePlan({
      kernel: options.kernel,
      mutant: await findMutant(options.mutant),
      accelerator: options.accelerator,
      signal: stop.signal,
      onBuild: (what, name, progress) => watcher.build(what, name, progress),
    });
    process.stderr.write(
      `booting ${plan.kernel.name} on ${shape.name} (${plan.accelerator}: ${why}); console: ${folder}/console.log\n`,
    );
    const guest = await bootGuest({
      name: 'shell',
      shape,
      kernel: plan.kernel,
      rootfs: plan.rootfs,
      accelerator: plan.accelerator,
      directory: folder,
      scratch: path.join(folder, 'scratch'),
      userKey: makeKeyPair(),
      record: () => undefined,
      signal: stop.signal,
    });
    try {
      return await attach(guest, options.command);
    } finally {
      await guest.stop();
    }
  } catch (error) {
    unkept = 'scratch'; // the error names the console: that stays
    throw error;
  } finally {
    watcher.end();
    for (const signal of endings) process.off(signal, interrupt);
    await rm(path.join(folder, unkept), { recursive: true, force: true });
    if (unkept !== '') await removeEmpty(folder);
  }
}

/** What failed before the guest's first byte leaves no evidence, and no folder for it. */
async function removeEmpty(folder: string): Promise<void> {
  try {
    await rmdir(folder);
  } catch (error) {
    if (!hasCode(error, 'ENOTEMPTY', 'EEXIST')) throw error;
  }
}

/** Connects this terminal to the guest until the shell there ends. What the guest sends goes to the terminal as it is. */
async function attach(guest: RunningGuest, command: readonly string[]): Promise<number> {
  const { stdin, stdout, stderr } = process;
  const terminal = stdin.isTTY === true && command.length === 0;
  const channel =
    command.length > 0
      ? await guest.open(command)
      : await guest.openShell(
          terminal
            ? { rows: stdout.rows, columns: stdout.columns, term: process.env['TERM'] ?? 'vt100' }
            : null,
        );
  const resized = (): void => channel.setWindow(stdout.rows, stdout.columns, 0, 0);
  if (terminal) {
    stdin.setRawMode(true);
    stdout.on('resize', resized);
  }
  stdin.pipe(channel);
  channel.pipe(stdout, { end: false });
  channel.stderr.pipe(stderr, { end: false });
  try {
    return await new Promise<number>((resolve) => {
      channel.on('close', (status?: number | null) => resolve(status ?? 69));
      guest.signal.addEventListener('abort', () => resolve(69), { once: true });
    });
  } finally {
    stdin.unpipe(channel);
    stdin.pause();
    if (terminal) {
      stdout.off('resize', resized);
      stdin.setRawMode(false);
    }
  }
}
