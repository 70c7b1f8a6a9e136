import { readdir, readFile, readlink } from 'node:fs/promises';
import path from 'node:path';
import { hasCode } from '../../../src/kit/errors.js';
import { until } from '../../../src/kit/wait.js';

/** The variable that marks a process and everything it starts, whoever its parent is later. */
export const markName = 'LASTREF_TEST_MARK';

export interface Process {
  readonly pid: number;
  readonly command: string;
}

/** Something about a process that may end while it is looked at. */
async function look<T>(read: () => Promise<T>, otherwise: T): Promise<T> {
  try {
    return await read();
  } catch (error) {
    if (hasCode(error, 'ENOENT', 'ESRCH', 'EACCES')) return otherwise;
    throw error;
  }
}

/** Every living process that carries the mark, by /proc/PID/environ. */
export async function marked(mark: string): Promise<Process[]> {
  const found: Process[] = [];
  for (const name of await readdir('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    const environ = await look(() => readFile(`/proc/${name}/environ`, 'latin1'), '');
    if (!environ.split('\0').includes(`${markName}=${mark}`)) continue;
    const command = await look(() => readFile(`/proc/${name}/cmdline`, 'utf8'), '');
    found.push({ pid: Number(name), command: command.replaceAll('\0', ' ').slice(0, 120) });
  }
  return found;
}

/** Inodes of the sockets that these processes have open. */
export async function socketsOf(processes: readonly Process[]): Promise<Set<string>> {
  const inodes = new Set<string>();
  for (const { pid } of processes) {
    const folder = `/proc/${pid}/fd`;
    for (const fd of await look(() => readdir(folder), [])) {
      const inode = /^socket:\[(\d+)\]$/.exec(await look(() => readlink(path.join(folder, fd)), ''))?.[1];
      if (inode !== undefined) inodes.add(inode);
    }
  }
  return inodes;
}

/** Those of the sockets that listen on a TCP port (proc(5), /proc/net/tcp: state 0A, the inode in column 10). */
export async function listening(inodes: ReadonlySet<string>): Promise<string[]> {
  const tables = await Promise.all(
    ['tcp', 'tcp6'].map((name) => look(() => readFile(`/proc/net/${name}`, 'utf8'), '')),
  );
  return tables
    .flatMap((table) => table.split('\n').slice(1))
    .map((line) => line.trim().split(/\s+/))
    .filter((columns) => columns[3] === '0A' && inodes.has(columns[9] ?? ''))
    .map((columns) => columns[1] ?? '');
}

/**
 * Waits until nothing that carries the mark lives and none of the sockets listens; raises with what is left. A
 * process that is being torn down loses its memory, and with it the mark, before its descriptors.
 */
export async function untilGone(mark: string, sockets: ReadonlySet<string> = new Set()): Promise<void> {
  await until({ name: 'every process and port of the run to be gone', deadlineMs: 30_000 }, async () => {
    const left = (await marked(mark)).map(({ pid, command }) => `${pid} ${command}`);
    const ports = (await listening(sockets)).map((address) => `port ${address}`);
    if (left.length + ports.length > 0) throw new Error([...left, ...ports].join('; '));
    return true;
  });
}
