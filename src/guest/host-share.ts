import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { hasCode } from '../kit/errors.js';

/** Host CPU time that a process's threads had, and that they waited for one, in ns. */
export interface HostShare {
  readonly ranNs: number;
  readonly waitedNs: number;
}

/** Adds up /proc/PID/task/TID/schedstat (Documentation/scheduler/sched-stats.rst). Null where the host does not tell. */
export async function readHostShare(pid: number): Promise<HostShare | null> {
  const folder = `/proc/${pid}/task`;
  let ranNs = 0;
  let waitedNs = 0;
  try {
    for (const thread of await readdir(folder)) {
      const text = await readFile(path.join(folder, thread, 'schedstat'), 'utf8');
      const [ran = 0, waited = 0] = text.trim().split(' ').map(Number);
      ranNs += ran;
      waitedNs += waited;
    }
  } catch (error) {
    if (hasCode(error, 'ENOENT', 'ESRCH', 'EACCES')) return null;
    throw error;
  }
  return { ranNs, waitedNs };
}

/** The part of the time it wanted to run in which a process did run; 1 when it wanted none. */
export function shareBetween(before: HostShare, after: HostShare): number {
  const ran = Math.max(0, after.ranNs - before.ranNs);
  const waited = Math.max(0, after.waitedNs - before.waitedNs);
  return ran + waited === 0 ? 1 : ran / (ran + waited);
}

/** Less than this in line for a CPU, in ms, explains nothing that took minutes. */
const leastWaitMs = 20_000;

/**
 * Why a process that came to nothing in `elapsedMs` may be none to judge: it stood in line for a CPU longer than it had one,
 * and for a good part of the time. Null when the host is not to blame.
 */
export function starvation({ ranNs, waitedNs }: HostShare, elapsedMs: number): string | null {
  const [ranMs, waitedMs] = [ranNs / 1e6, waitedNs / 1e6];
  if (waitedMs <= ranMs || waitedMs < Math.max(leastWaitMs, elapsedMs / 4)) return null;
  const share = Math.round((100 * ranMs) / (ranMs + waitedMs));
  return `this host gave it ${share} % of the CPU time that it asked for`;
}
