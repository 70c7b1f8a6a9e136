import { open } from 'node:fs/promises';
import path from 'node:path';
import { Readable } from 'node:stream';
import type { Shape } from '../config/shape.js';
import type { Cleanup } from '../kit/cleanup.js';
import { LastrefError, messageOf } from '../kit/errors.js';
import { within } from '../kit/wait.js';
import type { QemuProcess } from '../qemu/launch.js';
import type { Qmp } from '../qemu/qmp.js';
import type { ConsoleTail } from './console-tail.js';
import { FilesByCommand, type FilesByProbe, type GuestFiles } from './guest-files.js';
import { lookAtCpus, type NameOf } from './hang.js';
import { type HostShare, readHostShare, shareBetween } from './host-share.js';
import { dumpMemory } from './memory-dump.js';
import type { GuestOrigin } from './origin.js';
import { hasPanicked, untilRebooted } from './panic.js';
import { compileProbe } from './probe-build.js';
import { pushFile } from './push.js';
import type { ExecResult, SshSession, TerminalSize } from './ssh.js';
import type { Recorder } from './timeline.js';
import type { GuestState, GuestWatch } from './watch.js';

export interface GuestParts {
  readonly origin: GuestOrigin;
  readonly name: string;
  readonly shape: Shape;
  readonly directory: string;
  /** Disk images on the host, by device id. */
  readonly disks: Readonly<Record<string, string>>;
  readonly bootMs: number;
  readonly scale: number;
  readonly traceFile: string;
  readonly qmp: Qmp;
  readonly ssh: SshSession;
  readonly watch: GuestWatch;
  readonly tail: ConsoleTail;
  readonly qemu: QemuProcess;
  readonly cleanup: Cleanup;
  readonly record: Recorder;
}

/**
 * A guest that had less than this part of the CPU time it asked the host for is no witness of its own slowness. Measured
 * under TCG: with 0.3 of it a sign of life takes 0.3 s (median; the slowest of 135: 1.2 s), so with 0.03 the slowest takes as long
 * as is waited for it. Five times that, for what a busy host delays besides the CPU: memory, disk.
 */
const leastShare = 0.15;

/** A start that took very long was delayed once; nobody waits hours for a guest because of that. A minute becomes 40. */
const mostScale = 40;

/** A guest that no longer runs. It has no `exec`: what is left is its evidence. */
export interface EndedGuest {
  readonly state: GuestState;
  readonly detail: string;
  readonly teardownFailures: readonly string[];
}

/** A guest that answers on SSH. Deadlines given to it are for a fast host; it stretches them by `scale`. */
export class RunningGuest {
  readonly name: string;
  readonly shape: Shape;
  readonly directory: string;
  readonly disks: Readonly<Record<string, string>>;
  readonly qmp: Qmp;
  readonly traceFile: string;
  readonly record: Recorder;
  readonly origin: GuestOrigin;
  /** Time from starting QEMU to SSH, in ms. */
  readonly bootMs: number;
  /** How many times slower than the reference this guest is, measured by its boot; at least 1. */
  readonly scale: number;
  readonly #parts: GuestParts;
  readonly #onBoard: Set<string>;
  #files: GuestFiles;

  constructor(parts: GuestParts) {
    this.#parts = parts;
    this.#onBoard = new Set(parts.origin.kind === 'clone' ? parts.origin.onBoard : []);
    this.#files = new FilesByCommand((argv, input) => this.#command(argv, input));
    this.name = parts.name;
    this.shape = parts.shape;
    this.directory = parts.directory;
    this.disks = parts.disks;
    this.qmp = parts.qmp;
    this.traceFile = parts.traceFile;
    this.record = parts.record;
    this.origin = parts.origin;
    this.bootMs = parts.bootMs;
    this.scale = Math.min(Math.max(1, parts.scale), mostScale);
    parts.watch.doubtPanics(() => hasPanicked(this));
  }

  /** Aborts when the guest ends in any way; the reason says how. */
  get signal(): AbortSignal {
    return this.#parts.watch.signal;
  }

  get state(): GuestState {
    return this.#parts.watch.state;
  }

  get stateDetail(): string {
    return this.#parts.watch.detail;
  }

  /** Process id of its QEMU. */
  get pid(): number {
    return this.#parts.qemu.pid;
  }

  /** A deadline in ms, stretched to this guest's slowness: the measured one, up to a ceiling. */
  patience(ms: number): number {
    return Math.round(ms * this.scale);
  }

  /** Runs words in the guest; a non-zero code is a result. `deadlineMs` is for a fast host. */
  async exec(argv: readonly string[], deadlineMs = 10_000): Promise<ExecResult> {
    return this.#parts.ssh.exec(argv, { deadlineMs: this.patience(deadlineMs), signal: this.signal });
  }

  #command(argv: readonly string[], input?: string): Promise<ExecResult> {
    return this.#parts.ssh.exec(argv, {
      deadlineMs: this.patience(10_000),
      signal: this.signal,
      ...(input === undefined ? {} : { stdin: Readable.from([input]) }),
    });
  }

  /** As exec, but a non-zero code is an error. Returns standard output. */
  async run(argv: readonly string[], deadlineMs?: number): Promise<string> {
    const { code, signal, stdout, stderr } = await this.exec(argv, deadlineMs);
    if (code === 0) return stdout;
    throw new LastrefError(
      `"${argv.join(' ')}" ended in the guest with ${signal ?? `status ${code}`}: ${stderr.trim().slice(0, 500)}`,
      {
        blame: 'harness',
      },
    );
  }

  /** Looks at the guest's files: with a process for each look, or through the files probe once it is there. */
  get files(): GuestFiles {
    return this.#files;
  }

  /** From now on `probe` looks at files; what was used before stands in for it when it is gone. */
  lookThrough(probe: FilesByProbe): void {
    probe.otherwise = this.#files;
    this.#files = probe;
  }

  /** A guest file's text; raises when it cannot be read. */
  read(file: string): Promise<string> {
    return this.#files.read(file);
  }

  exists(file: string): Promise<boolean> {
    return this.#files.exists(file);
  }

  /** Whether it woke with this probe, or has been given it. */
  hasOnBoard(probe: string): boolean {
    return this.#onBoard.has(probe);
  }

  /** Path of a probe in the guest; compiled and copied there first where it is not on board. */
  async bringProbe(name: string): Promise<string> {
    if (!this.#onBoard.has(name)) {
      const { path: binary } = await compileProbe(name, { signal: this.signal });
      await this.push(binary, '/probes');
      this.#onBoard.add(name);
    }
    return `/probes/${name}`;
  }

  /** Opens a long-lived command; its channel ends with the guest. */
  open(argv: readonly string[]): ReturnType<SshSession['open']> {
    const name = `the guest to start ${argv[0]}`;
    return within({ name, deadlineMs: this.patience(30_000), signal: this.signal }, () =>
      this.#parts.ssh.open(argv),
    );
  }

  /**
   * Runs words that end with the session in mind, closes the SSH connection, and waits for `line` on the console:
   * nothing of us is left in the guest then.
   */
  async disconnect(argv: readonly string[], line: string): Promise<void> {
    const { tail, ssh } = this.#parts;
    const seen = tail.untilSeen(line, { deadlineMs: this.patience(30_000), signal: this.signal });
    await this.run(argv);
    ssh.close();
    await seen;
  }

  /** Opens an interactive shell. */
  openShell(terminal: TerminalSize | null): ReturnType<SshSession['openShell']> {
    return this.#parts.ssh.openShell(terminal);
  }

  async push(hostFile: string, guestFolder: string): Promise<void> {
    await pushFile(this.#parts.ssh, hostFile, guestFolder, {
      deadlineMs: this.patience(30_000),
      signal: this.signal,
    });
  }

  /**
   * Writes text to a guest file. By the shell, whose own words are constant, and not by tee(1): that of busybox calls every
   * failure an I/O error; its printf(1) says nothing at all.
   */
  async write(file: string, text: string, deadlineMs = 10_000): Promise<ExecResult> {
    return this.#parts.ssh.exec(['sh', '-c', 'echo -n "$1" >"$0"', file, text], {
      deadlineMs: this.patience(deadlineMs),
      signal: this.signal,
    });
  }

  /** A line for the kernel log: how scenario steps and kernel messages get one order. */
  async mark(text: string): Promise<void> {
    await this.#files.say(`<5>${text}`);
  }

  /** Every record the kernel log holds now, with sequence numbers, as the kmsg probe prints them. */
  async kernelLog(): Promise<string> {
    return this.run([await this.bringProbe('kmsg')], 20_000);
  }

  /** Registers something to undo when the guest is stopped. */
  onEnd(name: string, step: () => unknown): void {
    this.#parts.cleanup.add(name, step);
  }

  /**
   * Says how a guest stands that did not answer in time: answering again, silent although QEMU runs it, or too slow on
   * this host to tell. What its CPUs did is left in registers.txt and cpus.txt, with `names` for their addresses.
   */
  async diagnose(names: () => Promise<NameOf> = async () => () => null): Promise<GuestState> {
    if (this.state !== 'running') return this.state;
    if (await this.#isPaused()) return this.state;
    const before = this.#parts.tail.offset;
    const share = await readHostShare(this.#parts.qemu.pid);
    const error = await this.#asks(10_000);
    if (error === null || this.state !== 'running') return this.state;
    const look = await lookAtCpus(this.qmp, this.directory, await names()).catch(messageOf);
    // Programs run: it may only be slow. A guest that has stopped for good does not change with time.
    const mayComeBack = typeof look !== 'string' && look.activity === 'programs';
    if (mayComeBack && (await this.#asks(30_000)) === null) {
      this.record('ssh', 'slow-answer', { detail: look.detail });
      return this.state;
    }
    if (this.state !== 'running' || (await this.#isPaused())) return this.state;
    const printed = this.#parts.tail.offset - before;
    const console = printed === 0 ? 'nothing on its console' : `${printed} bytes on its console meanwhile`;
    const seen = typeof look === 'string' ? `its CPUs could not be looked at: ${look}` : look.detail;
    const detail = `no answer on SSH and ${console}; ${seen} (${error})`;
    const got = await this.#shareSince(share);
    const isCertain = typeof look !== 'string' && look.isCertain;
    if (!isCertain && got !== null && got < leastShare) {
      const percent = `${Math.round(got * 100)} %`;
      this.#parts.watch.ended(
        'slow',
        `it had ${percent} of the host's CPU time that it asked for; ${detail}`,
      );
    } else this.#parts.watch.ended('silent', detail);
    return this.state;
  }

  /** Asks for a sign of life; null when it came, else why not. */
  async #asks(deadlineMs: number): Promise<string | null> {
    try {
      // A boot on a busy host stretches deadlines a lot; to say that it lives a guest needs no more than a minute.
      const patience = Math.min(this.patience(deadlineMs), deadlineMs * 6);
      await this.#parts.ssh.exec(['true'], { deadlineMs: patience, signal: this.signal });
      return null;
    } catch (error) {
      return messageOf(error);
    }
  }

  async #shareSince(before: HostShare | null): Promise<number | null> {
    const now = await readHostShare(this.#parts.qemu.pid);
    return before === null || now === null ? null : shareBetween(before, now);
  }

  /** Writes the guest's memory to memory.dump, for `crash`. */
  async dumpMemory(): Promise<void> {
    await dumpMemory(this.qmp, path.join(this.directory, 'memory.dump'));
  }

  /** Paused, out of disk, internal error: the machine stands still, and the kernel cannot help it. */
  async #isPaused(): Promise<boolean> {
    const status = await this.#status();
    if (status === 'running') return false;
    // Its socket closes a moment before its end is known, and its end says more.
    await within({ name: 'QEMU to end', deadlineMs: 1000 }, () => this.#parts.qemu.exited).catch(messageOf);
    this.#parts.watch.ended('vanished', `QEMU does not run it: ${status}`);
    return true;
  }

  async #status(): Promise<string> {
    try {
      const { status } = (await this.qmp.execute('query-status')) as { status: string };
      return status === 'running' ? status : `its status is "${status}"`;
    } catch (error) {
      return messageOf(error);
    }
  }

  /** Bytes of a device's disk image as the host sees them (QEMU writes through the host's page cache). */
  async onDisk(id: string, at: number, length: number): Promise<Buffer> {
    const image = await open(this.disks[id] ?? '');
    try {
      const bytes = Buffer.alloc(length);
      const { bytesRead } = await image.read(bytes, 0, length, at);
      return bytes.subarray(0, bytesRead);
    } finally {
      await image.close();
    }
  }

  /** Ends the guest: QEMU `quit`, then SIGKILL. A guest whose unbind is stuck cannot power itself off, so it is not asked. */
  async stop(): Promise<EndedGuest> {
    const { watch, qemu, cleanup, ssh } = this.#parts;
    const failures: string[] = [];
    await watch.settled;
    if (watch.state === 'panicked')
      failures.push(...(await untilRebooted(qemu.exited, this.patience(10_000))));
    watch.ended('off-asked', 'it was switched off at the end of the scenario');
    ssh.close();
    try {
      await within({ name: 'QEMU to quit', deadlineMs: 10_000 }, async () => {
        await this.qmp
          .execute('quit')
          .catch((error: unknown) => this.record('qmp', 'quit-unanswered', { error: messageOf(error) }));
        await qemu.exited;
      });
    } catch (error) {
      failures.push(messageOf(error));
    }
    failures.push(...(await cleanup.run()));
    return { state: watch.state, detail: watch.detail, teardownFailures: failures };
  }
}
