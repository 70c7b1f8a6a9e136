import { mkdir, truncate, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { KernelImage, RootfsImage } from '../config/kernel.js';
import { appendOf, type Shape } from '../config/shape.js';
import type { Cleanup } from '../kit/cleanup.js';
import { LastrefError, messageOf } from '../kit/errors.js';
import { until, within } from '../kit/wait.js';
import { type Accelerator, qemuArgv, type Start } from '../qemu/argv.js';
import { disksOf } from '../qemu/devices.js';
import { describeExit, launchQemu, type QemuExit, type QemuProcess, qmpFd } from '../qemu/launch.js';
import { Qmp, type QmpEvent } from '../qemu/qmp.js';
import { commandLine } from './command-line.js';
import { ConsoleTail, consoleLimit } from './console-tail.js';
import { EvidenceFile } from './evidence-file.js';
import { makeInitrd } from './initrd.js';
import { untilRebooted } from './panic.js';
import { SshSession } from './ssh.js';
import type { Recorder } from './timeline.js';
import { consoleSpotter, type GuestWatch } from './watch.js';

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

/** A QEMU whose main loop is wedged answers nothing; a busy host may take its time, in ms. */
const commandDeadlineMs = 30_000;

/** A machine whose QEMU greets: its guest may not run yet. */
export interface Machine {
  readonly disks: Readonly<Record<string, string>>;
  readonly qmp: Qmp;
  readonly qemu: QemuProcess;
  readonly tail: ConsoleTail;
  readonly traceFile: string;
  /** Calls back with each QMP event that comes from now on. */
  onEvent(listener: (event: QmpEvent) => void): void;
}

/** Folder in which QEMU runs when it saves or restores: `exec:` commands name files relative to it. */
export interface StartPlace {
  readonly start: Start;
  readonly workingDirectory?: string;
}

/**
 * Starts QEMU for `spec` and waits for its greeting. Raises with blame `host` when it does not start. What is made
 * is registered with `cleanup`.
 */
export async function startMachine(
  spec: BootSpec,
  { start, workingDirectory }: StartPlace,
  watch: GuestWatch,
  cleanup: Cleanup,
): Promise<Machine> {
  const { directory, scratch, record } = spec;
  const file = (name: string): string => path.join(directory, name);
  await Promise.all([
    mkdir(directory, { recursive: true }),
    mkdir(scratch, { recursive: true, mode: 0o700 }),
  ]);
  const disks = start.kind === 'template' ? {} : await makeDisks(spec);
  const { publicKey } = spec.userKey;
  const machine = {
    shape: spec.shape,
    accelerator: spec.accelerator,
    start,
    kernel: spec.kernel.bzImage,
    initrd: await makeInitrd(spec.rootfs, spec.kernel, scratch),
    append: commandLine(start.kind === 'cold' ? publicKey : null, [
      ...appendOf(spec.shape),
      ...(spec.append ?? []),
    ]),
    userKey: publicKey.trim(),
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

  record('qmp', 'qemu-start', { accelerator: spec.accelerator, shape: spec.shape.name, start: start.kind });
  const qmpLog = await EvidenceFile.open(file('qmp.jsonl'));
  cleanup.add('qmp log', () => qmpLog.close());
  const qemu = await launchQemu(argv, file('qemu.log'), workingDirectory);
  cleanup.add('qemu', async () => {
    qemu.kill();
    await exited;
  });
  cleanup.add('the end of a panic', async () => {
    if (watch.state === 'panicked') await untilRebooted(exited, 10_000);
  });
  const guest = { poweredOff: false };
  const listeners: ((event: QmpEvent) => void)[] = [];
  const qmp = new Qmp(qemu.qmpSocket, {
    greetingMs: spec.deadlinesMs?.greeting ?? commandDeadlineMs,
    commandMs: spec.deadlinesMs?.command ?? commandDeadlineMs,
    onLine: (direction, line) => qmpLog.write(`${direction === 'in' ? '<' : '>'} ${line}`),
    onEvent: (event) => {
      record('qmp', event.event, event.data);
      if (event.event === 'GUEST_PANICKED')
        watch.ended('panicked', 'the kernel told pvpanic that it panicked');
      if (event.event === 'SHUTDOWN' && event.data['guest'] === true) guest.poweredOff = true;
      for (const listener of listeners) listener(event);
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
  if (spec.signal?.aborted === true) stop(); // while QEMU started
  cleanup.add('stop', () => spec.signal?.removeEventListener('abort', stop));

  await greeted(qmp, exited, file('qemu.log'));
  return {
    disks,
    qmp,
    qemu: { ...qemu, exited },
    tail,
    traceFile: machine.trace,
    onEvent: (listener) => void listeners.push(listener),
  };
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

/** Asks QEMU for the port it forwards to the guest's SSH server. */
async function sshPort(qmp: Qmp, signal: AbortSignal): Promise<number> {
  return until({ name: 'the SSH forwarding of QEMU', deadlineMs: 30_000, signal, blame: 'host' }, async () =>
    forwardedPort(await qmp.monitor('info usernet')),
  );
}

/**
 * Connects to the guest's SSH server when `ready` says that it listens. Not before: QEMU's user network accepts at
 * once and then repeats its SYN ever more rarely to a guest that does not listen yet, so an attempt made too early
 * hangs for ten seconds after the guest is up.
 */
export async function connectSsh(
  spec: BootSpec,
  { qmp, qemu }: Machine,
  watch: GuestWatch,
  deadlineMs: number,
  ready: () => Promise<void> = async () => undefined,
): Promise<SshSession> {
  const { signal } = watch;
  try {
    const port = await sshPort(qmp, signal);
    await ready();
    return await SshSession.connect(
      { port, privateKey: spec.userKey.privateKey, hostKeys: spec.rootfs.hostKeys },
      { deadlineMs, signal },
    );
  } catch (error) {
    // Its sockets close a moment before its end is known, and its end says more.
    await within({ name: 'QEMU to end', deadlineMs: 1000 }, () => qemu.exited).catch(messageOf);
    throw signal.aborted ? signal.reason : error;
  }
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
