import { readdirSync, readFileSync } from 'node:fs';
import { hasCode } from '../src/kit/errors.js';

/** Ticks of /proc/PID/stat in a second: USER_HZ is 100 on x86-64 (include/uapi/asm-generic/param.h). */
const ticksPerSecond = 100;

/** A living process, as /proc/PID tells. */
interface Seen {
  readonly pid: number;
  readonly parent: number;
  readonly name: string;
  readonly cpuSeconds: number;
  readonly rssBytes: number;
}

function textOf(file: string): string {
  try {
    return readFileSync(file, 'latin1');
  } catch (error) {
    if (hasCode(error, 'ENOENT', 'ESRCH', 'EACCES')) return ''; // it has just ended
    throw error;
  }
}

function look(pid: number): Seen | undefined {
  const stat = textOf(`/proc/${pid}/stat`);
  const close = stat.lastIndexOf(')');
  if (close < 0) return undefined;
  const field = stat.slice(close + 2).split(' ');
  return {
    pid,
    parent: Number(field[1]),
    name: stat.slice(stat.indexOf('(') + 1, close),
    cpuSeconds: (Number(field[11]) + Number(field[12])) / ticksPerSecond,
    rssBytes: Number(field[21]) * 4096,
  };
}

/** Every process that `root` started, directly or not, and itself. */
function treeOf(root: number): Seen[] {
  const all = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => look(Number(name)) ?? []);
  const inside = new Set([root]);
  for (let before = 0; before < inside.size; ) {
    before = inside.size;
    for (const { pid, parent } of all) if (inside.has(parent)) inside.add(pid);
  }
  return all.filter(({ pid }) => inside.has(pid));
}

/** `Name:  123 kB` lines of a process's smaps_rollup (proc(5)), in bytes; empty when it is gone. */
export function memoryOf(pid: number): Readonly<Record<string, number>> {
  const lines = textOf(`/proc/${pid}/smaps_rollup`).matchAll(/^(\w+):\s+(\d+) kB$/gm);
  return Object.fromEntries([...lines].map(([, name = '', kilobytes]) => [name, Number(kilobytes) * 1024]));
}

/** What our own processes of a run cost: guests, compilers and linkers are not ours. */
export interface Usage {
  readonly cpuSeconds: number;
  /** The most that all of them held at one moment, in bytes: resident, and with shared pages divided among them. */
  readonly peakRssBytes: number;
  readonly peakPssBytes: number;
  /** Seconds in which at least one process of this name lived. */
  readonly aliveSeconds: (name: string) => number;
}

/** Ours are those that Node runs; what they start only for a moment (flock, sh) costs next to nothing and is not seen. */
const isOurs = ({ name }: Seen): boolean => name === 'node' || name === 'MainThread';

export interface Watch {
  /** What was seen so far. */
  usage(): Usage;
  stop(): void;
}

/** Watches the tree of `root` until stopped; what lives shorter than `everyMs` may be missed. */
export function watchTree(root: number, everyMs = 100): Watch {
  const cpu = new Map<number, number>();
  const alive = new Map<string, number>();
  let [peakRssBytes, peakPssBytes, turn] = [0, 0, 0];
  let last = performance.now();
  const timer = setInterval(() => {
    const tree = treeOf(root);
    const now = performance.now();
    for (const name of new Set(tree.map((one) => one.name)))
      alive.set(name, (alive.get(name) ?? 0) + (now - last) / 1000);
    last = now;
    const ours = tree.filter(isOurs);
    for (const { pid, cpuSeconds } of ours) cpu.set(pid, cpuSeconds);
    peakRssBytes = Math.max(peakRssBytes, sum(ours.map(({ rssBytes }) => rssBytes)));
    turn += 1;
    if (turn % 5 === 1)
      // it walks page tables: not at every look
      peakPssBytes = Math.max(peakPssBytes, sum(ours.map(({ pid }) => memoryOf(pid)['Pss'] ?? 0)));
  }, everyMs);
  return {
    stop: () => clearInterval(timer),
    usage: () => ({
      cpuSeconds: sum([...cpu.values()]),
      peakRssBytes,
      peakPssBytes,
      aliveSeconds: (name) => alive.get(name) ?? 0,
    }),
  };
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
