import { LastrefError } from '../kit/errors.js';
import { until } from '../kit/wait.js';
import { Buffer } from './buffer.js';
import type { Nvme } from './nvme.js';
import { ProbeRefusal } from './probe-client-errors.js';
import type { ProbeArea, ProbeFd } from './probe-types.js';
import { type Forking, writesForking } from './probe-types-forking.js';
import type { Access as FileAccess, MapOptions as ProbeMapOptions } from './probe-types-options.js';
import type { P2pmemProbe, Spinning } from './probe-types-p2pmem.js';
import { ownSysfs, type Rereading, reread } from './probe-types-sysfs.js';
import {
  type Churned,
  type ChurnOptions,
  churn,
  type FailedCall,
  mapFailing,
  type TakeOptions,
  type TakingCall,
  takePages,
  writeFailing,
} from './probe-types-take.js';
import { bindFile } from './removals.js';
import { Transfer } from './transfer.js';

/** What touching memory came to: a value, or the signal it raised. */
export interface Access {
  readonly value: string | null;
  /** `atAddress`: si_addr was the address touched. */
  readonly fault: { readonly signal: string; readonly code: string; readonly atAddress: boolean } | null;
}

/** What a system call came to; `errno` is null when it succeeded. */
export interface Attempt {
  readonly what: string;
  readonly errno: string | null;
  /** What it returned, where that is told. */
  readonly result?: number | null;
  /** This guest cannot be asked: what went wrong was the preparation. */
  readonly lacking?: boolean;
}

export interface MapOptions extends ProbeMapOptions {
  /** How the `allocate` file was opened; `rw` unless told. */
  readonly descriptor?: FileAccess;
}

/** Where I/O goes: a disk, or a file on one. */
export interface Storage {
  readonly id: string;
  readonly node: string;
}

/** How a transfer reaches the kernel: pread and pwrite, with RWF_NOWAIT, or by an engine of probe-types-options. */
export type Way = 'sync' | 'nowait' | 'aio' | 'uring';

/** A process in the guest that owns device memory, in the words scenarios use. `probe` has everything else it can do. */
export class Owner {
  readonly probe: P2pmemProbe;
  readonly #files = new Map<string, ProbeFd>();
  #sysfs = '/sys';

  constructor(probe: P2pmemProbe) {
    this.probe = probe;
  }

  get name(): string {
    return this.probe.label;
  }

  /** Maps `length` bytes of a device's CMB; raises when the kernel refuses. */
  async map(device: Nvme, length: number, options: MapOptions = {}): Promise<Buffer> {
    const { descriptor, ...how } = options;
    const fd = await this.#open(device.allocate, false, descriptor);
    return new Buffer(this, await this.probe.map(fd, length, how));
  }

  /** Tries to map; a refusal is a result. */
  async tryMap(device: Nvme, length: number, options: MapOptions = {}): Promise<Attempt> {
    const { descriptor, ...how } = options;
    const words = Object.entries(options).map(([key, value]) => `, ${key} ${String(value)}`);
    const fd = await this.#open(device.allocate, false, descriptor);
    return attempt(`mmap of ${length} bytes of ${device.id}${words.join('')}`, () =>
      this.probe.map(fd, length, how),
    );
  }

  /** Tries to map and returns the memory at once: a hole that is watched would be the first place for it. */
  async tryMapBriefly(device: Nvme, length: number): Promise<Attempt> {
    const fd = await this.#open(device.allocate, false);
    return attempt(`mmap of ${length} bytes of ${device.id}`, async () =>
      this.probe.unmap(await this.probe.map(fd, length)),
    );
  }

  /** Any call of the probe; a refusal is a result. */
  tries(what: string, call: (probe: P2pmemProbe) => Promise<unknown>): Promise<Attempt> {
    return attempt(what, () => call(this.probe));
  }

  /** An area of the probe in the words scenarios use. */
  buffer(area: ProbeArea): Buffer {
    return new Buffer(this, area);
  }

  /** Has the kernel try to get hold of a buffer's pages; a refusal is a result. */
  async take(call: TakingCall, buffer: Buffer, options: TakeOptions = {}): Promise<Attempt> {
    const { offset, length } = buffer.segment;
    const { errno, result, lacking } = await takePages(this.probe, call, buffer.area, {
      offset,
      length,
      ...options,
    });
    const what = `${call} of ${buffer.name}`;
    return { what, errno, result, lacking };
  }

  /** Many processes map and unmap a device's pool at once; see guests/probes/p2pmem/churn.c. */
  async churn(device: Nvme, options: ChurnOptions, deadlineMs = 60_000): Promise<Churned> {
    return churn(this.probe, await this.#open(device.allocate), options, { deadlineMs });
  }

  /** As churn, in a child of this process that is killed as soon as it has pages: as late as that can be seen. */
  async churnAndDie(device: Nvme, options: ChurnOptions, available: number): Promise<void> {
    const child = await this.fork();
    const churning = child.churn(device, options);
    churning.catch(() => undefined); // it is killed before it can answer
    const wait = this.probe.client.waitFor('have the pool in use');
    await until(wait, async () => ((await device.available()) === available ? undefined : true));
    await this.probe.kill(child.probe, 'SIGKILL');
    await this.probe.wait(child.probe);
  }

  /** mmap and munmap of a device's memory with the nth allocation of the kernel failing. */
  async mapFailing(device: Nvme, length: number, nth: number): Promise<FailedCall> {
    return mapFailing(this.probe, await this.#open(device.allocate), length, nth);
  }

  /** Binds a device to its driver with the nth allocation of the kernel failing: probing is done by the writer. */
  async bindFailing(device: Nvme, nth: number): Promise<FailedCall> {
    return writeFailing(this.probe, await this.#open(bindFile, false, 'wo'), device.bdf, nth);
  }

  /** Ordinary memory. */
  async ram(length: number): Promise<Buffer> {
    return new Buffer(this, await this.probe.anon(length));
  }

  /** Gives back all of a buffer, or `length` bytes of it from `offset` on. */
  async unmap(
    buffer: Buffer,
    part: { readonly offset?: number; readonly length?: number } = {},
  ): Promise<void> {
    const isWhole = buffer.length === buffer.area.length && Object.keys(part).length === 0;
    const range = {
      offset: buffer.offset + (part.offset ?? 0),
      length: part.length ?? buffer.length - (part.offset ?? 0),
    };
    await this.probe.unmap(buffer.area, isWhole ? {} : range);
  }

  /** Reads (or writes) one word at `offset`. */
  async touch(buffer: Buffer, how: 'r' | 'w' = 'r', offset = 0): Promise<Access> {
    const seen = await this.probe.touch(buffer.area, buffer.offset + offset, how === 'w' ? { write: 1 } : {});
    if ('value' in seen) return { value: `0x${seen.value.toString(16)}`, fault: null };
    return { value: null, fault: { signal: seen.signal, code: seen.code, atAddress: seen.exact } };
  }

  /** A thread that reads the last word over and over on one CPU and never enters the kernel. Resolves when it does. */
  spin(buffer: Buffer, cpu: number): Promise<Spinning> {
    return this.probe.spin(buffer.area, buffer.offset + buffer.length - 8, { cpu });
  }

  /** Opens a device's `allocate` file and keeps it open: its descriptor outlives the file's name. */
  async openAllocate(device: Nvme): Promise<void> {
    await this.#open(device.allocate);
  }

  /** Opens a file for reading and keeps it open. */
  async keepOpen(path: string): Promise<void> {
    const name = this.#in(path);
    this.#files.set(name, await this.probe.open(name, { access: 'ro' }));
  }

  /** Reads a file that is kept open from its start; a refusal is a result. */
  tryReadOpen(path: string): Promise<Attempt> {
    const fd = this.#kept(path);
    return attempt(`read of ${path}, opened before`, () => this.probe.readOpen(fd));
  }

  /** What poll says of a file that is kept open: words of `in,out,pri,err,hup`. */
  pollOpen(path: string): Promise<string> {
    return this.probe.pollOpen(this.#kept(path));
  }

  /** Closes a device's `allocate` file: mappings do not need it. */
  async closeAllocate(device: Nvme): Promise<void> {
    const path = this.#in(device.allocate);
    const fd = this.#files.get(path);
    this.#files.delete(path);
    if (fd !== undefined) await this.probe.close(fd);
  }

  /** From now on it finds devices in a sysfs of its own: another superblock, other inodes, other address spaces. */
  async enterOwnSysfs(): Promise<void> {
    this.#sysfs = '/tmp/sysfs';
    await ownSysfs(this.probe, this.#sysfs);
  }

  /** Moves a mapping to other addresses; the old ones are unmapped. */
  async move(buffer: Buffer): Promise<Buffer> {
    const { address } = await this.probe.anon(buffer.length);
    const area = await this.probe.remap(buffer.area, buffer.length, { mayMove: true, to: address });
    return new Buffer(this, area, buffer.seed);
  }

  /** Sends a signal to a child. */
  async signal(child: Owner, name: string): Promise<void> {
    await this.probe.kill(child.probe, name);
  }

  /** Reads an attribute over and over, in a thread, until told to stop. */
  reread(path: string): Promise<Rereading> {
    return reread(this.probe, path);
  }

  /** Tries to open a path; a refusal is a result. */
  tryOpen(path: string): Promise<Attempt> {
    return attempt(`open of ${path}`, () => this.probe.open(path));
  }

  /** Starts an O_DIRECT write of the buffer to `at` (bytes) of a disk. */
  submitWrite(disk: Storage, buffer: Buffer, at = 0): Promise<Transfer> {
    return this.#submit('write', disk, buffer, at);
  }

  /** Starts an O_DIRECT read from `at` (bytes) of a disk into the buffer. */
  submitRead(disk: Storage, buffer: Buffer, at = 0): Promise<Transfer> {
    return this.#submit('read', disk, buffer, at);
  }

  /** An O_DIRECT write, to its end. Several buffers are one request. */
  write(disk: Storage, from: Buffer | readonly Buffer[], at = 0, way: Way = 'sync'): Promise<Attempt> {
    return this.#transferNow('write', disk, from, at, way);
  }

  /** An O_DIRECT read, to its end. Several buffers are one request. */
  read(disk: Storage, into: Buffer | readonly Buffer[], at = 0, way: Way = 'sync'): Promise<Attempt> {
    return this.#transferNow('read', disk, into, at, way);
  }

  /** Writes the buffer to the start of a disk `count` times (or more), O_DIRECT, while the process forks all the while. */
  async writesForking(disk: Storage, buffer: Buffer, count: number): Promise<Forking> {
    return writesForking(this.probe, await this.#open(disk.node, true), buffer.segment, count);
  }

  /** A child with the same mappings and descriptors. */
  async fork(): Promise<Owner> {
    const child = new Owner(await this.probe.fork());
    for (const [path, fd] of this.#files) child.#files.set(path, fd);
    child.#sysfs = this.#sysfs;
    return child;
  }

  /**
   * Ends this process, by itself or by SIGKILL, and waits until it is gone. Its pages need not be back then: a
   * request that io_uring has in flight outlives its process.
   */
  async end(how: 'exit' | 'SIGKILL' = 'exit'): Promise<void> {
    await (how === 'exit' ? this.probe.exit() : this.probe.die(how));
  }

  /** Opens a path once per process and kind of access. */
  async #open(given: string, direct = false, access: FileAccess = 'rw'): Promise<ProbeFd> {
    const path = this.#in(given);
    const key = `${access} ${path}`;
    const known = this.#files.get(key);
    if (known !== undefined) return known;
    const fd = await this.probe.open(path, { direct, access });
    this.#files.set(key, fd);
    return fd;
  }

  #kept(path: string): ProbeFd {
    const fd = this.#files.get(this.#in(path));
    if (fd === undefined) throw new LastrefError(`${path} is not kept open`, { blame: 'test' });
    return fd;
  }

  #in(path: string): string {
    return path.replace(/^\/sys(?=\/)/, this.#sysfs);
  }

  async #submit(how: 'write' | 'read', disk: Storage, buffer: Buffer, at: number): Promise<Transfer> {
    const fd = await this.#open(disk.node, true);
    const flight = await this.probe.submit(how, fd, at, buffer.segment);
    const name = `${how} ${flight.id} of ${buffer.length} bytes, ${buffer.name} and ${disk.id}`;
    return new Transfer(name, buffer.length, flight.completion);
  }

  async #transferNow(
    how: 'write' | 'read',
    disk: Storage,
    memory: Buffer | readonly Buffer[],
    at: number,
    way: Way,
  ): Promise<Attempt> {
    const parts = memory instanceof Buffer ? [memory] : memory;
    const wanted = parts.reduce((sum, { length }) => sum + length, 0);
    const segments = parts.map(({ segment }) => segment);
    const fd = await this.#open(disk.node, true);
    const by = way === 'sync' ? '' : ` (${way})`;
    const what = `${how}${by} of ${wanted} bytes, ${parts.map(({ name }) => name).join(' + ')} and ${disk.id}`;
    return attempt(what, async () => {
      const short = (errno: string): ProbeRefusal => new ProbeRefusal(this.name, how, errno, `p${how}`);
      let moved: number;
      if (way === 'aio' || way === 'uring') {
        const done = await (await this.probe.submit(how, fd, at, segments, { engine: way })).untilComplete();
        if (done.errno !== null) throw short(done.errno);
        moved = done.bytes;
      } else {
        moved = await this.probe[how](fd, at, segments, { nowait: way === 'nowait' });
      }
      if (moved !== wanted) throw short(`SHORT (${moved} bytes)`);
    });
  }
}

/** Runs a call; the kernel's refusal is a result, anything else that goes wrong is raised. */
async function attempt(what: string, call: () => Promise<unknown>): Promise<Attempt> {
  try {
    await call();
    return { what, errno: null };
  } catch (error) {
    if (error instanceof ProbeRefusal) return { what, errno: error.errno };
    throw error;
  }
}
