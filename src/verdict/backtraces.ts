import { parseItem } from './frame.js';
import { parseLine } from './line.js';

/** What a CPU was doing when it was asked (lib/nmi_backtrace.c: "NMI backtrace for cpu N"). */
export interface CpuBacktrace {
  readonly pid: number;
  readonly task: string;
  /** Functions, innermost first; `user mode` where the CPU was not in the kernel. */
  readonly stack: readonly string[];
}

/** Reads the backtraces that the kernel prints when sysrq-l asks for them. CPUs that idle print none. */
export function parseBacktraces(text: string): CpuBacktrace[] {
  return text
    .split(/NMI backtrace for cpu \d+/)
    .slice(1)
    .flatMap((part) => {
      const who = /CPU: \d+ (?:UID: \d+ )?PID: (\d+) Comm: (\S+)/.exec(part);
      if (who === null) return [];
      const stack: string[] = [];
      let at = 0;
      for (const line of part.split('\n')) {
        const item = parseItem(parseLine(line, 0).text, at++);
        // The pointer again, at the end: where the task entered the kernel from.
        if (item?.kind === 'pointer' && stack.length > 0) break;
        if (item?.kind === 'pointer') stack.push(item.user ? 'user mode' : (item.fn ?? '?'));
        if (item?.kind === 'frame' && item.frame.sure) stack.push(item.frame.fn);
      }
      return [{ pid: Number(who[1]), task: who[2] ?? '', stack }];
    });
}

/** The stack that all samples share, innermost first: what goes round and round below is left out. */
export function commonStack(samples: readonly (readonly string[])[]): readonly string[] {
  const [first, ...others] = samples.map((sample) => [...sample].reverse());
  if (first === undefined) return [];
  let depth = first.length;
  for (const other of others) {
    let same = 0;
    while (same < depth && first[same] === other[same]) same += 1;
    depth = same;
  }
  return first.slice(0, depth).reverse();
}
