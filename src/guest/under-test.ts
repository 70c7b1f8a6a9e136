import path from 'node:path';
import { LastrefError } from '../kit/errors.js';
import { until } from '../kit/wait.js';
import { errnoOf } from './exec-errno.js';
import type { RunningGuest } from './guest.js';
import { findDevices, type Nvme } from './nvme.js';
import { type Attempt, Owner, type Storage } from './owner.js';
import type { ProbeClient } from './probe-client.js';
import { P2pmemProbe } from './probe-types-p2pmem.js';
import { RaceProbe } from './probe-types-race.js';
import { RemoverProbe } from './probe-types-remover.js';
import { type Removal, Remover } from './remover.js';
import { compileGupTest, type Ktap, parseKtap } from './selftest.js';
import type { ExecResult } from './ssh.js';
import { startProbe } from './start-probe.js';
import { array, type Filesystem, fileOn, giveToVfio, loopDevice, plainDisk, stopArray } from './storage.js';

/** The NVMe devices of a shape, by id. Asking for one that the shape lacks raises. */
export interface Devices {
  /** Has a CMB. */
  readonly cmb: Nvme;
  /** Has one, too, where a shape has two providers. */
  readonly other: Nvme;
  /** Is only a disk. */
  readonly disk: Nvme;
  readonly [id: string]: Nvme;
}

/** What a scenario sees of a guest: its devices, its probes, and words to run in it. */
export class GuestUnderTest {
  readonly devices: Devices;
  /** Source tree of its kernel on the host, where there is one. */
  readonly source: string | null;
  readonly #guest: RunningGuest;
  readonly #clients: ProbeClient[];
  readonly #remover: Remover;
  #started = 0;

  private constructor(guest: RunningGuest, remover: Remover, devices: Devices, source: string | null) {
    this.#remover = remover;
    this.source = source;
    this.#guest = guest;
    this.#clients = [];
    this.devices = devices;
  }

  /** Starts the remover and finds the devices. */
  static async prepare(guest: RunningGuest, source: string | null = null): Promise<GuestUnderTest> {
    const probe = new RemoverProbe(await startProbe(guest, 'remover', 'remover'));
    await probe.ready();
    const remover = new Remover(guest, probe);
    const found = await findDevices(guest, remover);
    const devices = new Proxy(found, {
      get: (all, id) => {
        if (typeof id !== 'string' || Object.hasOwn(all, id)) return Reflect.get(all, id);
        throw new LastrefError(`shape ${guest.shape.name} has no device called ${id}`, { blame: 'test' });
      },
    });
    return new GuestUnderTest(guest, remover, devices as unknown as Devices, source);
  }

  /** Starts a process that can own device memory. */
  async probe(name: 'p2pmem'): Promise<Owner> {
    this.#started += 1;
    const client = await startProbe(this.#guest, name, `${name}-${this.#started}`);
    this.#clients.push(client);
    const probe = new P2pmemProbe(client);
    await probe.ready();
    return new Owner(probe);
  }

  /** Runs the kernel's own mm/gup_test, made from its source, and takes over its result. */
  async gupTest(args: readonly string[]): Promise<Ktap> {
    if (this.source === null) throw new LastrefError('its kernel has no source here', { blame: 'test' });
    const binary = await compileGupTest(this.source, this.#guest.signal);
    const target = `/probes/${path.basename(binary)}`;
    if (!(await this.exists(target))) await this.#guest.push(binary, '/probes');
    const { stdout, code, signal } = await this.#guest.exec([target, ...args], 60_000);
    const result = parseKtap(stdout);
    this.#guest.record('scenario', 'selftest', { args: args.join(' '), code, signal, ...result });
    return result;
  }

  /** Starts the process that races removals against its own threads. */
  async racers(): Promise<RaceProbe> {
    this.#started += 1;
    const client = await startProbe(this.#guest, 'race', 'race');
    this.#clients.push(client);
    const probe = new RaceProbe(client);
    await probe.ready();
    return probe;
  }

  /** Whether any process could come to own device memory. */
  get hadOwners(): boolean {
    return this.#started > 0;
  }

  /** Ends every process that may own device memory, and waits until they are gone. */
  async endProbes(): Promise<void> {
    await Promise.all(this.#clients.splice(0).map((client) => client.close()));
  }

  /** Removals of which the scenario never asked how they ended. */
  get unheardRemovals(): readonly Removal[] {
    return this.#remover.unheard;
  }

  exec(argv: readonly string[], deadlineMs?: number): Promise<ExecResult> {
    return this.#guest.exec(argv, deadlineMs);
  }

  run(argv: readonly string[], deadlineMs?: number): Promise<string> {
    return this.#guest.run(argv, deadlineMs);
  }

  read(file: string): Promise<string> {
    return this.#guest.read(file);
  }

  exists(file: string): Promise<boolean> {
    return this.#guest.exists(file);
  }

  /** Writes text to a guest file; raises (test) when the kernel does not take it. */
  async write(file: string, text: string, deadlineMs?: number): Promise<void> {
    const { errno } = await this.tryWrite(file, text, deadlineMs);
    if (errno !== null)
      throw new LastrefError(`${file} does not take "${text}": ${errno}`, { blame: 'test' });
  }

  /** Writes text to a guest file; a refusal is a result. */
  async tryWrite(file: string, text: string, deadlineMs?: number): Promise<Attempt> {
    const { code, stderr } = await this.#guest.write(file, text, deadlineMs);
    return { what: `write of "${text}" to ${file}`, errno: code === 0 ? null : errnoOf(stderr) };
  }

  /** An event of the timeline that no matcher makes. */
  note(event: string, fields: Readonly<Record<string, unknown>>): void {
    this.#guest.record('scenario', event, fields);
  }

  /** Starts words in the guest and does not wait for them to end. */
  async start(argv: readonly string[]): Promise<void> {
    const channel = await this.#guest.open(argv);
    channel.on('error', () => channel.close());
    channel.resume();
    channel.end();
  }

  /**
   * Makes the kernel crash itself (drivers/misc/lkdtm/core.c), in a process that may never return: only `wait` waits for
   * it. An oops kills that process, which is its right.
   */
  async provoke(crash: string, { wait = false }: { readonly wait?: boolean } = {}): Promise<void> {
    const words = ['sh', '-c', 'echo "$0" > /sys/kernel/debug/provoke-crash/DIRECT', crash];
    if (!wait) return this.start(words);
    const { code, stderr } = await this.exec(words, 30_000);
    if (code === null || !/Invalid argument/.test(stderr)) return;
    throw new LastrefError(`LKDTM of this kernel has no crash ${crash}: ${stderr.trim()}`, { blame: 'test' });
  }

  /** Waits until the kernel log holds a line; ends early when the guest does. */
  async untilLogged(line: RegExp, deadlineMs = 30_000): Promise<void> {
    await until(
      {
        name: `${line} in the kernel log`,
        deadlineMs: this.patience(deadlineMs),
        signal: this.#guest.signal,
        blame: 'test',
      },
      async () => (line.test((await this.#guest.exec(['dmesg'])).stdout) ? true : undefined),
    );
  }

  /** A file of zeros on a new filesystem of a disk. */
  fileOn(kind: Filesystem, disk: Storage): Promise<Storage> {
    return fileOn(this, kind, disk);
  }

  loopDevice(): Promise<Storage> {
    return loopDevice(this);
  }

  /** A virtio disk of the shape. */
  plainDisk(id: string): Promise<Storage> {
    return plainDisk(this, id);
  }

  raid(level: 'raid0' | 'raid1', members: readonly Storage[]): Promise<Storage> {
    return array(this, level, members);
  }

  /** The node of a device's IOMMU group, once vfio has the device. */
  giveToVfio(device: Nvme): Promise<string> {
    return giveToVfio(this, device);
  }

  stopRaid(whole: Storage): Promise<void> {
    return stopArray(this, whole);
  }

  /** Waits until the guest's own clock has moved on: for questions about how long the kernel keeps at something. */
  async untilPassed(seconds: number): Promise<void> {
    const uptime = async (): Promise<number> => Number.parseFloat(await this.#guest.read('/proc/uptime'));
    const end = (await uptime()) + seconds;
    await until(
      {
        name: `${seconds} s to pass in the guest`,
        deadlineMs: this.patience(seconds * 1000 + 10_000),
        signal: this.#guest.signal,
        blame: 'host',
      },
      async () => ((await uptime()) >= end ? true : undefined),
    );
  }

  /** A QMP command of the machine under the guest: for scenarios about the machine itself. */
  qmp(command: string, args?: Readonly<Record<string, unknown>>): Promise<unknown> {
    return this.#guest.qmp.execute(command, args);
  }

  /** A deadline in ms, stretched to this guest's slowness. */
  patience(ms: number): number {
    return this.#guest.patience(ms);
  }
}
