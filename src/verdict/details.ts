import type { Frame, Item } from './frame.js';
import type { SplatDetails, SplatFrame, SplatStack } from './types.js';

const mostStacks = 40;
const mostFrames = 96;
const mostLocks = 64;

const kinds: Readonly<Record<string, 'read' | 'write' | 'free' | 'execute'>> = {
  read: 'read',
  write: 'write',
  free: 'free',
  'instruction fetch': 'execute',
};

/** The structured facts of a report, from what `readFacts` found, its stacks and its lines. */
export function readDetails(
  facts: Readonly<Record<string, string>>,
  items: readonly Item[],
  lines: readonly string[],
  time: SplatDetails['time'],
): SplatDetails {
  const { access, size, address, task, pid, cpu, taint, kernel } = facts;
  const known = access !== undefined || address !== undefined;
  return {
    access: known
      ? {
          kind: kinds[access?.toLowerCase() ?? ''] ?? null,
          size: size === undefined ? null : Number(size),
          address: address ?? null,
        }
      : null,
    task: task === undefined || pid === undefined ? null : { name: task, pid: Number(pid) },
    cpu: cpu === undefined ? null : Number(cpu),
    taint: taint === undefined ? null : taint.replace(/^Not tainted$/, '').replace(/^Tainted: */, ''),
    kernel: kernel ?? null,
    stacks: readStacks(items),
    locks: readLocks(lines),
    time,
  };
}

function frameOf(frame: Frame): SplatFrame {
  const { fn, sure, symbol, offset, size, module, file, line, inline } = frame;
  return { function: fn, symbol, offset, size, module, unreliable: !sure, file, line, inline };
}

/** Heads with the frames below them, and the instruction pointers, in the order of the report. */
function readStacks(items: readonly Item[]): SplatStack[] {
  const stacks: { kind: SplatStack['kind']; head: string; frames: SplatFrame[] }[] = [];
  let open: SplatFrame[] | null = null;
  const start = (kind: SplatStack['kind'], head: string): SplatFrame[] => {
    const frames: SplatFrame[] = [];
    stacks.push({ kind, head: head.slice(0, 200), frames });
    return frames;
  };
  for (const item of items) {
    if (stacks.length > mostStacks) break;
    if (item.kind === 'head') {
      open = start(item.name, item.text);
    } else if (item.kind === 'pointer') {
      // Inside a stack it is where an interrupt or exception came in.
      if (item.frame === null || item.user) continue;
      if (open !== null && open.length > 0) open.push(frameOf(item.frame));
      else start('pointer', 'instruction pointer').push(frameOf(item.frame));
    } else {
      open ??= start('trace', '');
      if (open.length < mostFrames) open.push(frameOf(item.frame));
    }
  }
  return stacks.filter(({ frames }) => frames.length > 0);
}

// kernel/locking/lockdep.c: lockdep_print_held_locks, print_lock.
const held = /^\s*#\d+: .*\bat: /;

function readLocks(lines: readonly string[]): string[] {
  const locks = lines
    .filter((line) => line.includes('at: ') && held.test(line))
    .map((line) => line.trim().slice(0, 300));
  return locks.slice(0, mostLocks);
}
