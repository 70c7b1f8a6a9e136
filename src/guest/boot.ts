import { mkdir, readFile, truncate, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { KernelImage, RootfsImage } from '../config/kernel.js';
import { appendOf, type Shape } from '../config/shape.js';
import { Cleanup } from '../kit/cleanup.js';
import { hasCode, LastrefError, messageOf } from '../kit/errors.js';
import { shellWord } from '../kit/shell-word.js';
import { until, within } from '../kit/wait.js';
import { type Accelerator, disksOf, qemuArgv } from '../qemu/argv.js';
import { describeExit, launchQemu, type QemuExit, qmpFd } from '../qemu/launch.js';
import { Qmp } from '../qemu/qmp.js';
import { commandLine } from './command-line.js';
import { ConsoleTail, consoleLimit } from './console-tail.js';
import { EvidenceFile } from './evidence-file.js';
import { RunningGuest, untilRebooted } from './guest.js';
import { makeInitrd } from './initrd.js';
import { SshSession } from './ssh.js';
import type { Recorder } from './timeline.js';
import { consoleSpotter, type GuestState, GuestWatch, upLine } from './watch.js';

export interface BootSpec {
  readonly name: string;
  readonly shape: Shape;
  readonly kernel: KernelImage;
  readonly rootfs: RootfsImage;
  readonly accelerator: Accelerator;
  /** Evidence folder: console.log, qemu.argv, qmp.jsonl, qemu.log, trace.log go here. */
  readonly directory: string;
  /** Private folder (0700) for what need not be kept: disk images, the joined initramfs. */
  readonly scratch: string;
  readonly userKey: { readonly publicKey: string; readonly privateKey: string };
  /** More words for the kernel command line. */
  readonly append?: readonly string[];
  readonly record: Recorder;
  /** Bytes of console after which the guest is stopped. */
  readonly consoleLimit?: number | undefined;
  readonly onConsole?: (chunk: Buffer) => void;
  readonly signal?: AbortSignal | undefined;
  /** Deadlines in ms of QEMU's greeting, of the boot up to SSH and of a QMP command, instead of the usual ones. */
  readonly deadlinesMs?: { readonly greeting?: number; readonly boot?: number; readonly command?: number };
}

/** How long a boot may take before it is given up, in ms. Measured here: 6 to 11 s under TCG when the host is idle. */
const bootDeadlineMs = { kvm: 60_000, tcg: 240_000 } as const;

/** A QEMU whose main loop is wedged answers nothing; a busy host may take its time, in ms. */
const commandDeadlineMs = 30_000;

/** Boot time to SSH on a machine with KVM, in ms: what `scale` 1 means. */
const referenceBootMs = 3000;

/**
 * Boots a machine and waits until it answers on SSH. Raises with blame `kernel` when it panics or never reaches
 * userspace, `host` when QEMU does not start. Whatever was made is undone when it raises; the evidence stays.
 */
export async function bootGuest(spec: BootSpec): Promise<RunningGuest> {
  spec.signal?.throwIfAborted();
  const cleanup = new Cleanup();
  const watch = new GuestWatch();
  try {
    return await boot(spec, watch, cleanup);
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
  });
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

async function boot(spec: BootSpec, watch: GuestWatch, cleanup: Cleanup): Promise<RunningGuest> {
  const startedAt = performance.now();
  const { directory, scratch, record } = spec;
  const file = (name: string): string => path.join(directory, name);
  await Promise.all([
    mkdir(directory, { recursive: true }),
    mkdir(scratch, { recursive: true, mode: 0o700 }),
  ]);
  const disks = await makeDisks(spec);
  const machine = {
    shape: spec.shape,
    accelerator: spec.accelerator,
    kernel: spec.kernel.bzImage,
    initrd: await makeInitrd(spec.rootfs, spec.kernel, scratch),
    append: commandLine(spec.userKey.publicKey, [...appendOf(spec.shape), ...(spec.append ?? [])]),
    console: file('console.log'),
    trace: file('trace.log'),
    disks,
    qmpFd,
  };
  const argv = qemuArgv(machine);
  await writeFile(file('qemu.argv'), `${argv.join('\n')}\n`);
  await Promise.all([writeFile(machine.console, ''), writeFile(machine.trace, '')]);

  const limit = spec.consoleLimit ?? consoleLimit;
  const spot = consoleSpotter(watch);
  const tail = await ConsoleTail.follow(
    machine.console,
    (chunk) => {
      spot(chunk);
      spec.onConsole?.(chunk);
      if (tail.offset > limit) watch.ended('flooded', `it wrote more than ${limit >> 20} MiB to its console`);
    },
    (error) => watch.ended('vanished', unreadable(error)),
  );
  cleanup.add('console', () => tail.finish());

  record('qmp', 'qemu-start', { accelerator: spec.accelerator, shape: spec.shape.name });
  const qmpLog = await EvidenceFile.open(file('qmp.jsonl'));
  cleanup.add('qmp log', () => qmpLog.close());
  const qemu = await launchQemu(argv, file('qemu.log'));
  cleanup.add('qemu', async () => {
    qemu.kill();
    await exited;
  });
  cleanup.add('the end of a panic', async () => {
    if (watch.state === 'panicked') await untilRebooted(exited, 10_000);
  });
  const guest = { poweredOff: false };
  const qmp = new Qmp(qemu.qmpSocket, {
    greetingMs: spec.deadlinesMs?.greeting ?? commandDeadlineMs,
    commandMs: spec.deadlinesMs?.command ?? commandDeadlineMs,
    onLine: (direction, line) => qmpLog.write(`${direction === 'in' ? '<' : '>'} ${line}`),
    onEvent: ({ event, data }) => {
      record('qmp', event, data);
      if (event === 'GUEST_PANICKED') watch.ended('panicked', 'the kernel told pvpanic that it panicked');
      if (event === 'SHUTDOWN' && data['guest'] === true) guest.poweredOff = true;
    },
  });
  // Events and console are read to their end before anybody hears of QEMU's: a panic there explains it.
  const exited = qemu.exited.then(async (exit) => {
    await within({ name: 'the last of QMP', deadlineMs: 1000 }, () => qmp.closed).catch(messageOf);
    record('qmp', 'qemu-exit', { ...exit });
    await tail.finish().catch((error) => watch.ended('vanished', unreadable(error)));
    if (guest.poweredOff) watch.ended('powered-off', 'it switched itself off');
    else watch.ended('vanished', describeExit(exit, file('qemu.log')));
    return exit;
  });
  const stop = (): void => watch.ended('off-asked', 'the run was stopped', spec.signal?.reason);
  spec.signal?.addEventListener('abort', stop, { once: true });
  cleanup.add('stop', () => spec.signal?.removeEventListener('abort', stop));

  await greeted(qmp, exited, file('qemu.log'));
  const ssh = await answering(spec, qmp, watch).catch(async (error) => {
    // Its sockets close a moment before its end is known, and its end says more.
    await within({ name: 'QEMU to end', deadlineMs: 1000 }, () => exited).catch(messageOf);
    throw watch.signal.aborted ? watch.signal.reason : error;
  });
  cleanup.add('ssh', () => ssh.close());
  const bootMs = performance.now() - startedAt;
  record('ssh', 'ready', { bootMs: Math.round(bootMs) });
  return new RunningGuest({
    name: spec.name,
    shape: spec.shape,
    directory,
    disks,
    bootMs,
    scale: Math.max(1, bootMs / referenceBootMs),
    traceFile: machine.trace,
    qmp,
    ssh,
    watch,
    tail,
    qemu: { ...qemu, exited },
    cleanup,
    record,
  });
}

/** Waits for QMP. A QEMU that does not like its command line, or this host, says so in its log and ends. */
async function greeted(qmp: Qmp, exited: Promise<QemuExit>, log: string): Promise<void> {
  try {
    await qmp.connect();
  } catch (error) {
    const why = await within({ name: 'QEMU to end', deadlineMs: 1000 }, () => exited).then(
      (exit) => describeExit(exit, log),
      () => messageOf(error), // it has not ended: what QMP said is all there is
    );
    throw new LastrefError(`QEMU did not start: ${why}`, {
      blame: 'host',
      hint: 'lastref doctor',
      evidence: log,
      cause: error,
    });
  }
}

/** Asks QEMU for the port it forwards and waits until the guest answers there. */
async function answering(spec: BootSpec, qmp: Qmp, watch: GuestWatch): Promise<SshSession> {
  const { signal } = watch;
  const port = await until(
    { name: 'the SSH forwarding of QEMU', deadlineMs: 30_000, signal, blame: 'host' },
    async () => forwardedPort(await qmp.monitor('info usernet')),
  );
  const deadlineMs = spec.deadlinesMs?.boot ?? bootDeadlineMs[spec.accelerator];
  // Not before: QEMU's user network accepts at once and then repeats its SYN ever more rarely to a guest that does
  // not listen yet, so an attempt made too early hangs for ten seconds after the guest is up.
  const name = `userspace ("${upLine}" on the console)`;
  await within({ name, deadlineMs, signal, blame: 'kernel' }, () => watch.up);
  return SshSession.connect(
    { port, privateKey: spec.userKey.privateKey, hostKeys: spec.rootfs.hostKeys },
    { deadlineMs, signal },
  );
}

const unreadable = (error: unknown): string => `its console could not be read: ${messageOf(error)}`;

/** Sparse images of zeros in the scratch folder. */
async function makeDisks(spec: BootSpec): Promise<Record<string, string>> {
  const disks: Record<string, string> = {};
  for (const { id, sizeMiB } of disksOf(spec.shape)) {
    const image = path.join(spec.scratch, `${id}.img`);
    await writeFile(image, '');
    await truncate(image, sizeMiB * 1024 * 1024);
    disks[id] = image;
  }
  return disks;
}

/** The port out of `info usernet`: `TCP[HOST_FORWARD]  12  127.0.0.1 35533  10.0.2.15  22  0  0`. */
export function forwardedPort(usernet: string): number | undefined {
  const port = /TCP\[HOST_FORWARD\]\s+\d+\s+127\.0\.0\.1\s+(\d+)\s/.exec(usernet)?.[1];
  return port === undefined || port === '0' ? undefined : Number(port);
}
