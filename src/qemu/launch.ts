import { readFileSync } from 'node:fs';
import type { Duplex } from 'node:stream';
import { execa } from 'execa';
import { LastrefError } from '../kit/errors.js';
import { oneLine } from '../kit/terminal-safe.js';

/** How a QEMU ended. */
export interface QemuExit {
  readonly code: number | null;
  readonly signal: string | null;
}

export interface QemuProcess {
  readonly pid: number;
  readonly qmpSocket: Duplex;
  readonly exited: Promise<QemuExit>;
  kill(): void;
}

/** How it ended, with the last thing it said. */
export function describeExit({ code, signal }: QemuExit, logFile: string): string {
  const lines = readFileSync(logFile, { encoding: 'utf8', flag: 'a+' }).trimEnd().split('\n');
  const said = lines.filter((line) => !chatter.test(line)).at(-1) ?? '';
  return `QEMU ended with ${signal ?? `status ${code}`}${said === '' ? '; it gave no reason' : `: ${oneLine(said)}`}`;
}

/** Descriptor of the QMP socket in the child. */
export const qmpFd = 3;

/** What QEMU and its qemu-io say on the way: never why QEMU ended. */
const chatter = /: warning: TCG doesn't support|^(?:wrote|read) \d+\/\d+ bytes|ops\/sec\)$|^blkdebug: /;

export const qemuProgram = (): string => process.env['LASTREF_QEMU'] ?? 'qemu-system-x86_64';

/**
 * `setpriv --pdeathsig KILL`: the kernel kills the child when the thread that started it ends, however it ends
 * (prctl(2), PR_SET_PDEATHSIG). The shell closes the gap before it was set: if the parent is gone by then, stop.
 */
export function dieWithUs(program: string, argv: readonly string[], outputFile: string): [string, string[]] {
  const script = '[ "$PPID" = "$0" ] || exit 1; log=$1; shift; exec "$@" >>"$log" 2>&1';
  return [
    'setpriv',
    ['--pdeathsig', 'KILL', '--', 'sh', '-c', script, String(process.pid), outputFile, program, ...argv],
  ];
}

/** Starts QEMU. Its standard output and error go to `logFile`; QMP comes on an inherited socket pair, so there is no path and no race. */
export async function launchQemu(
  argv: readonly string[],
  logFile: string,
  workingDirectory?: string,
): Promise<QemuProcess> {
  const [program, words] = dieWithUs(qemuProgram(), argv, logFile);
  const child = execa(program, words, {
    stdio: ['ignore', 'ignore', 'ignore', 'pipe'],
    buffer: false,
    reject: false,
    cleanup: false,
    env: { LC_ALL: 'C' },
    ...(workingDirectory === undefined ? {} : { cwd: workingDirectory }),
  });
  const qmpSocket = child.stdio[3] as unknown as Duplex;
  // execa empties what nobody reads a turn later, and the greeting with it: paused until the QMP client listens.
  qmpSocket.pause();
  qmpSocket.on('error', () => undefined); // the QMP client adds its own ear; until then a death must not be fatal to us
  if (child.pid === undefined) {
    const failed = await child;
    throw new LastrefError(`could not start ${program}: ${failed.shortMessage ?? 'no reason given'}`, {
      blame: 'host',
      hint: 'lastref doctor',
      evidence: logFile,
    });
  }
  return {
    pid: child.pid,
    qmpSocket,
    exited: child.then(({ exitCode, signal }) => ({ code: exitCode ?? null, signal: signal ?? null })),
    kill: () => void child.kill('SIGKILL'),
  };
}
