import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { hasCode } from '../kit/errors.js';

/** Memory of this host as far as we may use it, in bytes. */
export interface Memory {
  /** What a new process could get without swapping. */
  readonly free: number;
  /** What it could get if nothing else ran. */
  readonly total: number;
  /** What sets `total`: the host's memory, or a cgroup's limit. */
  readonly bound: string;
}

const kib = 1024;

async function text(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    if (hasCode(error, 'ENOENT', 'ENOTDIR', 'EACCES', 'ESRCH', 'ENODEV', 'EOPNOTSUPP')) return undefined;
    throw error;
  }
}

/** A `Name:   123 kB` line of a /proc file, in bytes. */
function field(file: string | undefined, name: string): number | undefined {
  const kilobytes = new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(file ?? '')?.[1];
  return kilobytes === undefined ? undefined : Number(kilobytes) * kib;
}

interface Layout {
  readonly mount: string;
  readonly limit: string;
  readonly usage: string;
  /** Counters of memory.stat that the kernel gives back before it kills: file pages. */
  readonly reclaimable: readonly string[];
}

const layouts: Readonly<Record<'v1' | 'v2', Layout>> = {
  v1: {
    mount: 'sys/fs/cgroup/memory',
    limit: 'memory.limit_in_bytes',
    usage: 'memory.usage_in_bytes',
    reclaimable: ['total_active_file', 'total_inactive_file'],
  },
  v2: {
    mount: 'sys/fs/cgroup',
    limit: 'memory.max',
    usage: 'memory.current',
    reclaimable: ['active_file', 'inactive_file'],
  },
};

/** This process's memory cgroup (cgroups(7), /proc/self/cgroup), and which layout it has. */
async function ownGroup(root: string): Promise<{ layout: Layout; group: string } | undefined> {
  const lines = (await text(path.join(root, 'proc/self/cgroup')))?.split('\n') ?? [];
  const v1 = lines.map((line) => /^\d+:(?:[^:]*,)?memory(?:,[^:]*)?:(.*)$/.exec(line)?.[1]).find(Boolean);
  if (v1 !== undefined) return { layout: layouts.v1, group: v1 };
  const v2 = lines.map((line) => /^0::(.*)$/.exec(line)?.[1]).find(Boolean);
  return v2 === undefined ? undefined : { layout: layouts.v2, group: v2 };
}

/** Limit and what is left of it, for our cgroup and every one above it. */
async function limits(root: string): Promise<{ free: number; total: number }[]> {
  const own = await ownGroup(root);
  if (own === undefined) return [];
  const { layout, group } = own;
  const found: { free: number; total: number }[] = [];
  for (let at = group; ; at = path.dirname(at)) {
    const file = (name: string): string => path.join(root, layout.mount, at, name);
    const total = Number.parseInt((await text(file(layout.limit))) ?? '', 10); // "max" is no number
    const used = Number.parseInt((await text(file(layout.usage))) ?? '', 10);
    if (Number.isFinite(total) && Number.isFinite(used)) {
      const stat = (await text(file('memory.stat'))) ?? '';
      const cache = layout.reclaimable
        .map((name) => Number(new RegExp(`^${name} (\\d+)$`, 'm').exec(stat)?.[1] ?? 0))
        .reduce((sum, bytes) => sum + bytes, 0);
      found.push({ total, free: Math.max(0, total - Math.max(0, used - cache)) });
    }
    if (at === '/' || at === '.') return found;
  }
}

/** What is free here: MemAvailable (proc(5)), or less where a cgroup, v1 or v2, of ours or above, allows less. */
export async function readMemory(root = '/'): Promise<Memory> {
  const meminfo = await text(path.join(root, 'proc/meminfo'));
  let memory: Memory = {
    free: field(meminfo, 'MemAvailable') ?? Number.MAX_SAFE_INTEGER,
    total: field(meminfo, 'MemTotal') ?? Number.MAX_SAFE_INTEGER,
    bound: "the host's memory",
  };
  for (const { free, total } of await limits(root)) {
    memory = {
      free: Math.min(memory.free, free),
      ...(total < memory.total
        ? { total, bound: 'the memory limit of its cgroup' }
        : { total: memory.total, bound: memory.bound }),
    };
  }
  return memory;
}

/**
 * Memory that is a process's alone, in bytes: what it has written (RssAnon, proc(5)). Pages of a file that several
 * map privately and have not written are the page cache's. Undefined when it is gone.
 */
export async function privateMemory(pid: number, root = '/'): Promise<number | undefined> {
  return field(await text(path.join(root, 'proc', String(pid), 'status')), 'RssAnon');
}

/** `1.4 GiB`. */
export function gib(bytes: number): string {
  return `${(bytes / 1024 ** 3).toFixed(1)} GiB`;
}
