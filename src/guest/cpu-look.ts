import type { Qmp } from '../qemu/qmp.js';

/** Where one CPU was when QEMU was asked. */
export interface CpuLook {
  readonly cpu: number;
  readonly ip: bigint;
  /** The frame pointer: guests' kernels are built with them. */
  readonly frame: bigint;
  readonly isUser: boolean;
  readonly isHalted: boolean;
  readonly hasInterrupts: boolean;
}

/** Reads what `info registers -a` prints (QEMU target/i386/cpu-dump.c). */
export function parseRegisters(text: string): CpuLook[] {
  return text
    .split(/^CPU#/m)
    .slice(1)
    .flatMap((part) => {
      const value = (name: string): string | undefined =>
        new RegExp(`\\b${name} ?= ?([0-9a-f]+)`).exec(part)?.[1];
      const [ip, frame, flags] = [value('RIP'), value('RBP'), value('RFL')];
      if (ip === undefined || frame === undefined || flags === undefined) return [];
      return [
        {
          cpu: Number.parseInt(part, 10),
          ip: BigInt(`0x${ip}`),
          frame: BigInt(`0x${frame}`),
          isUser: value('CPL') === '3',
          isHalted: value('HLT') === '1',
          hasInterrupts: (Number.parseInt(flags, 16) & 0x200) !== 0, // EFLAGS.IF
        },
      ];
    });
}

/** Most frames of a stack that are followed; a broken chain may be a circle. */
const mostFrames = 48;

const kernelHalf = 0xffff800000000000n;

/**
 * A CPU's kernel stack, innermost first, by the chain of frame pointers as it lies in the guest's memory: the kernel
 * is not asked and need not be able to answer. The CPU runs on meanwhile, so a stack that moves may come out mixed.
 */
export async function readStack(qmp: Qmp, look: CpuLook): Promise<bigint[]> {
  const stack = [look.ip];
  let frame = look.frame;
  while (!look.isUser && stack.length < mostFrames && frame >= kernelHalf) {
    const line = `x /2gx 0x${frame.toString(16)}`;
    const printed = String(
      await qmp.execute('human-monitor-command', { 'command-line': line, 'cpu-index': look.cpu }),
    );
    const [, next, back] = /^[0-9a-f]+: 0x([0-9a-f]{16}) 0x([0-9a-f]{16})/.exec(printed) ?? [];
    if (next === undefined || back === undefined) break; // "Cannot access memory": the chain ends
    const caller = BigInt(`0x${back}`);
    if (caller < kernelHalf) break;
    stack.push(caller);
    const up = BigInt(`0x${next}`);
    if (up <= frame) break; // stacks grow down: the frame of a caller lies higher
    frame = up;
  }
  return stack;
}

/** What several looks at all CPUs show together. */
export type Activity = 'idle' | 'kernel' | 'programs';

/** `kernel`: some CPU never left it and never rested. `programs`: a CPU ran one. `idle`: all of them rested throughout. */
export function activityOf(looks: readonly (readonly CpuLook[])[]): Activity {
  const all = looks.flat();
  if (all.every(({ isHalted }) => isHalted)) return 'idle';
  return all.some(({ isUser, isHalted }) => isUser && !isHalted) ? 'programs' : 'kernel';
}

/** CPUs that were in the kernel, at work, each time. */
export function stuckCpus(looks: readonly (readonly CpuLook[])[]): number[] {
  const cpus = [...new Set(looks.flat().map(({ cpu }) => cpu))];
  return cpus.filter((cpu) =>
    looks.every((look) => look.some((one) => one.cpu === cpu && !one.isUser && !one.isHalted)),
  );
}
