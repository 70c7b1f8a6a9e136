import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { until } from '../kit/wait.js';
import type { Qmp } from '../qemu/qmp.js';
import { type Activity, activityOf, type CpuLook, parseRegisters, readStack, stuckCpus } from './cpu-look.js';

/** The function an address is in, as `name+0x12/0x34`; null when that is not known. */
export type NameOf = (address: bigint) => string | null;

/** What a guest that does not answer is doing, seen from outside. */
export interface HangLook {
  readonly activity: Activity;
  /** No time will change it, however slow the host is. */
  readonly isCertain: boolean;
  /** One sentence for the verdict. */
  readonly detail: string;
}

/** Looks taken, and the pause (ms) between them: a CPU that is at work is not caught resting by chance. */
const looksTaken = 6;
const everyMs = 150;

/**
 * Looks at all CPUs of a guest several times through QEMU. Leaves registers.txt (as QEMU prints them) and cpus.txt
 * (each CPU's kernel stack, first and last look) in the evidence folder.
 */
export async function lookAtCpus(qmp: Qmp, directory: string, nameOf: NameOf): Promise<HangLook> {
  const printed: string[] = [];
  const looks: CpuLook[][] = [];
  const stacks: { readonly look: number; readonly cpu: CpuLook; readonly stack: string[] }[] = [];
  await until({ name: 'looks at the CPUs', deadlineMs: 60_000, everyMs }, async () => {
    const text = await qmp.monitor('info registers -a');
    const look = parseRegisters(text);
    printed.push(text);
    looks.push(look);
    const isLast = looks.length >= looksTaken || look.length === 0;
    if (looks.length === 1 || isLast) {
      for (const cpu of look) {
        const addresses = await readStack(qmp, cpu);
        stacks.push({ look: looks.length, cpu, stack: addresses.map((one) => show(one, nameOf)) });
      }
    }
    return isLast ? true : undefined;
  });
  await writeFile(path.join(directory, 'registers.txt'), [printed[0], printed.at(-1)].join('\n'));
  await writeFile(path.join(directory, 'cpus.txt'), stacks.map(describeStack).join('\n'));
  const activity = activityOf(looks);
  return { activity, isCertain: isCertain(activity, looks), detail: describe(activity, looks, stacks) };
}

/** All CPUs rest, or are at work where nothing can interrupt them, whenever one looks. */
function isCertain(activity: Activity, looks: readonly (readonly CpuLook[])[]): boolean {
  if (looks.flat().length === 0) return false;
  const awake = looks.flat().filter(({ isHalted }) => !isHalted);
  return activity === 'idle' || awake.every(({ isUser, hasInterrupts }) => !isUser && !hasInterrupts);
}

const show = (address: bigint, nameOf: NameOf): string => nameOf(address) ?? `0x${address.toString(16)}`;

function describeStack({ look, cpu, stack }: { look: number; cpu: CpuLook; stack: string[] }): string {
  const where = cpu.isUser ? 'in a program' : cpu.isHalted ? 'idle' : 'in the kernel';
  const irqs = cpu.hasInterrupts ? 'interrupts on' : 'interrupts off';
  return `look ${look}, CPU ${cpu.cpu}: ${where}, ${irqs}\n${stack.map((line) => `  ${line}\n`).join('')}`;
}

function describe(
  activity: Activity,
  looks: readonly (readonly CpuLook[])[],
  stacks: readonly { readonly cpu: CpuLook; readonly stack: readonly string[] }[],
): string {
  if (looks.flat().length === 0) return 'QEMU tells nothing of its CPUs';
  if (activity === 'idle') return 'all CPUs are idle: whatever should answer sleeps';
  const stuck = stuckCpus(looks).map((cpu) => {
    const last = stacks.findLast((one) => one.cpu.cpu === cpu);
    const irqs = last?.cpu.hasInterrupts === false ? ' with interrupts off' : '';
    return `CPU ${cpu} is at work in the kernel${irqs} (${last?.stack.slice(0, 4).join(' < ') ?? '?'})`;
  });
  if (activity === 'programs' && stuck.length === 0) return 'its CPUs run programs';
  return stuck.length === 0 ? 'its CPUs go in and out of the kernel' : stuck.join(', ');
}
