import { execa } from 'execa';
import { type Blame, LastrefError } from '../kit/errors.js';
import { findTool, missingTools } from './tools.js';

export interface CommandOptions {
  /** Completes "could not …" and "needed to …". */
  readonly purpose: string;
  readonly cwd?: string | undefined;
  readonly env?: Readonly<Record<string, string>>;
  readonly input?: string | Uint8Array;
  readonly signal?: AbortSignal | undefined;
  readonly blame?: Blame;
  readonly hint?: string;
  /** Exit codes that are answers, not failures. */
  readonly accept?: readonly number[];
}

export interface CommandResult {
  readonly exitCode: number;
  readonly stdout: Buffer;
  readonly stderr: string;
}

/** Last `most` non-empty lines, for the inside of an error. */
export function lastLines(text: string, most = 10): string {
  return text
    .split('\n')
    .filter((line) => line.trim() !== '')
    .slice(-most)
    .join('\n');
}

/** True when a program's complaint is about a full disk. */
export function isDiskFull(text: string): boolean {
  return /No space left on device|Disk quota exceeded|ENOSPC/i.test(text);
}

export function diskFull(what: string, evidence?: string): LastrefError {
  return new LastrefError(`no room left on the disk: could not ${what}`, {
    blame: 'host',
    hint: 'free some space (`lastref clean --dry-run` shows what the caches and runs hold) or set XDG_CACHE_HOME',
    ...(evidence === undefined ? {} : { evidence }),
  });
}

/** Runs a helper program to its end. It dies with us; messages are in English; a full disk has its own error. */
export async function command(
  tool: string,
  args: readonly string[],
  options: CommandOptions,
): Promise<CommandResult> {
  const file = await findTool(tool);
  if (file === undefined) throw missingTools([tool], options.purpose);
  options.signal?.throwIfAborted();
  const result = await execa('setpriv', ['--pdeathsig', 'KILL', '--', file, ...args], {
    reject: false,
    encoding: 'buffer',
    stripFinalNewline: false,
    maxBuffer: 512 * 1024 * 1024,
    env: { LC_ALL: 'C', ...options.env },
    ...(options.input === undefined ? { stdin: 'ignore' as const } : { input: options.input }),
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
    ...(options.signal === undefined ? {} : { cancelSignal: options.signal }),
  });
  options.signal?.throwIfAborted();
  if (result.code === 'ENOENT') throw missingTools(['setpriv'], options.purpose);
  const stderr = Buffer.from(result.stderr as Uint8Array).toString('utf8');
  const stdout = Buffer.from(result.stdout as Uint8Array);
  const exitCode = result.exitCode ?? -1;
  if (exitCode === 0 || (options.accept ?? []).includes(exitCode)) return { exitCode, stdout, stderr };
  if (isDiskFull(stderr)) throw diskFull(options.purpose);
  const said = lastLines(stderr === '' ? stdout.toString('utf8') : stderr);
  throw new LastrefError(`could not ${options.purpose}: ${tool} ended with ${exitCode}\n${said}`, {
    blame: options.blame ?? 'host',
    cause: result.cause,
    ...(options.hint === undefined ? {} : { hint: options.hint }),
  });
}
