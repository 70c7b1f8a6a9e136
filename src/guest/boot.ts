import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { Cleanup } from '../kit/cleanup.js';
import { hasCode, LastrefError } from '../kit/errors.js';
import { shellWord } from '../kit/shell-word.js';
import { within } from '../kit/wait.js';
import type { Start } from '../qemu/argv.js';
import { clockFault } from './clock.js';
import { consoleLimit } from './console-tail.js';
import { RunningGuest } from './guest.js';
import { readHostShare, starvation } from './host-share.js';
import { type BootSpec, connectSsh, type Machine, startMachine } from './machine.js';
import { type GuestState, GuestWatch, upLine } from './watch.js';

/** How long a boot may take before it is given up, in ms. Measured here: 6 to 11 s under TCG when the host is idle. */
const bootDeadlineMs = { kvm: 60_000, tcg: 240_000 } as const;

/** Boot time to SSH on a machine with KVM, in ms: what `scale` 1 means. */
const referenceBootMs = 3000;

/** What a cold boot is for: a scenario, or a template to be saved. */
export interface HowBooted {
  readonly start: Exclude<Start, { kind: 'clone' }>;
  readonly workingDirectory?: string;
  /** Why it boots where a clone was wanted. */
  readonly why?: string;
  /** Called with the machine when its guest answers. */
  readonly onMachine?: (machine: Machine) => void;
}

/**
 * Boots a machine and waits until it answers on SSH. Raises with blame `kernel` when it panics or never reaches
 * userspace, `host` when QEMU does not start. Whatever was made is undone when it raises; the evidence stays.
 */
export async function bootGuest(
  spec: BootSpec,
  how: HowBooted = { start: { kind: 'cold' } },
): Promise<RunningGuest> {
  spec.signal?.throwIfAborted();
  const cleanup = new Cleanup();
  const watch = new GuestWatch();
  try {
    return await boot(spec, how, watch, cleanup);
  } catch (error) {
    const { state } = watch; // before we end it ourselves
    await cleanup.run();
    spec.signal?.throwIfAborted(); // the run was stopped: nothing is wrong with the guest
    throw await didNotBoot(spec, state, error);
  }
}

/** Who is to blame for a guest that did not come up: a kernel that spoke, or the machine under one that never did. */
async function didNotBoot(
  { kernel, directory, accelerator }: BootSpec,
  state: GuestState,
  error: unknown,
): Promise<unknown> {
  if (!(error instanceof LastrefError)) return error;
  const console = path.join(directory, 'console.log');
  const said = error.blame === 'kernel' ? await textOf(console) : '';
  const isMute = error.blame === 'kernel' && state === 'running' && said === '';
  // Userspace stands and only SSH does not come about: that is as likely ours, so it is no verdict on the kernel.
  const isUp = state === 'running' && said.includes(upLine);
  // Under KVM it may never have run at all; an emulated CPU runs whatever it is given.
  const isHosts = isMute && accelerator === 'kvm';
  const blame = isHosts ? 'host' : isUp ? 'harness' : error.blame;
  const hint = isHosts
    ? 'qemu.log beside it may say why; `--accel tcg` needs nothing of the host'
    : blame === 'kernel'
      ? `lastref console ${shellWord(console)}`
      : error.hint;
  const mute = isMute ? `; it never printed a line under ${accelerator}` : '';
  return new LastrefError(`${kernel.name} did not boot: ${error.message}${mute}`, {
    blame,
    ...(blame === 'kernel'
      ? { exitCode: 125, promise: 'guest-survives' }
      : { exitCode: isHosts || isUp ? 69 : error.exitCode }),
    evidence: error.evidence ?? console,
    ...(hint === undefined ? {} : { hint }),
    cause: error,
    isStarved: error.isStarved,
  });
}

/** A guest that still ran when its time was up is the host's fault where that gave it no time, or let it miscount it. */
async function unlessStarved(
  error: unknown,
  { directory }: BootSpec,
  { qemu }: Machine,
  { state }: GuestWatch,
  elapsedMs: number,
): Promise<unknown> {
  if (!(error instanceof LastrefError) || error.blame !== 'kernel' || state !== 'running') return error;
  const share = await readHostShare(qemu.pid);
  const fault = clockFault(await textOf(path.join(directory, 'console.log')));
  const why = fault ?? (share === null ? null : starvation(share, elapsedMs));
  if (why === null) return error;
  return new LastrefError(`${error.message}: ${why}`, { blame: 'host', cause: error, isStarved: true });
}

/** The beginning of a console, bounded; empty when there is none. */
async function textOf(file: string): Promise<string> {
  try {
    return (await readFile(file)).subarray(0, consoleLimit).toString('latin1');
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return '';
    throw error;
  }
}

async function boot(
  spec: BootSpec,
  { start, workingDirectory, why, onMachine }: HowBooted,
  watch: GuestWatch,
  cleanup: Cleanup,
): Promise<RunningGuest> {
  const startedAt = performance.now();
  const place = workingDirectory === undefined ? { start } : { start, workingDirectory };
  const machine = await startMachine(spec, place, watch, cleanup);
  const deadlineMs = spec.deadlinesMs?.boot ?? bootDeadlineMs[spec.accelerator];
  const name = `userspace ("${upLine}" on the console)`;
  const ssh = await connectSsh(spec, machine, watch, deadlineMs, () =>
    within({ name, deadlineMs, signal: watch.signal, blame: 'kernel' }, () => watch.up),
  ).catch(async (error: unknown) => {
    throw await unlessStarved(error, spec, machine, watch, performance.now() - startedAt);
  });
  cleanup.add('ssh', () => ssh.close());
  const fault = clockFault(await textOf(path.join(spec.directory, 'console.log')));
  if (fault !== null) throw new LastrefError(fault, { blame: 'host', isStarved: true });
  const bootMs = performance.now() - startedAt;
  spec.record('ssh', 'ready', { bootMs: Math.round(bootMs), start: start.kind });
  onMachine?.(machine);
  return new RunningGuest({
    name: spec.name,
    shape: spec.shape,
    directory: spec.directory,
    disks: machine.disks,
    origin: { kind: 'cold', ...(why === undefined ? {} : { why }) },
    bootMs,
    scale: Math.max(1, bootMs / referenceBootMs),
    traceFile: machine.traceFile,
    qmp: machine.qmp,
    ssh,
    watch,
    tail: machine.tail,
    qemu: machine.qemu,
    cleanup,
    record: spec.record,
  });
}
