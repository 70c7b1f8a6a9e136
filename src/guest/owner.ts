import { Buffer } from './buffer.js';
import type { Nvme } from './nvme.js';
import { ProbeRefusal } from './probe-client-errors.js';
import type { ProbeFd } from './probe-types.js';
import { type Protection, wholeOf } from './probe-types-options.js';
import type { P2pmemProbe } from './probe-types-p2pmem.js';
import { ownSysfs, type Rereading, reread } from './probe-types-sysfs.js';
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
}

export interface MapOptions {
  readonly private?: boolean;
  /** Bytes. */
  readonly offset?: number;
  /** Readable and writable unless told. */
  readonly protection?: Protection;
}

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
    return new Buffer(this, await this.probe.map(await this.#open(device.allocate), length, options));
  }

  /** Tries to map; a refusal is a result. */
  async tryMap(device: Nvme, length: number, options: MapOptions = {}): Promise<Attempt> {
    const how = [
      options.private === true ? ', MAP_PRIVATE' : '',
      options.offset ? `, offset ${options.offset}` : '',
    ].join('');
    const fd = await this.#open(device.allocate);
    return attempt(`mmap of ${length} bytes of ${device.id}${how}`, () =>
      this.probe.map(fd, length, options),
    );
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
    await this.probe.unmap(buffer.area, part);
  }

  /** Reads (or writes) one word at `offset`. */
  async touch(buffer: Buffer, how: 'r' | 'w' = 'r', offset = 0): Promise<Access> {
    const seen = await this.probe.touch(buffer.area, offset, how === 'w' ? { write: 1 } : {});
    if ('value' in seen) return { value: `0x${seen.value.toString(16)}`, fault: null };
    return { value: null, fault: { signal: seen.signal, code: seen.code, atAddress: seen.exact } };
  }

  /** Opens a device's `allocate` file and keeps it open: its descriptor outlives the file's name. */
  async openAllocate(device: Nvme): Promise<void> {
    await this.#open(device.allocate);
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
  submitWrite(disk: Nvme, buffer: Buffer, at = 0): Promise<Transfer> {
    return this.#submit('write', disk, buffer, at);
  }

  /** Starts an O_DIRECT read from `at` (bytes) of a disk into the buffer. */
  submitRead(disk: Nvme, buffer: Buffer, at = 0): Promise<Transfer> {
    return this.#submit('read', disk, buffer, at);
  }

  /** An O_DIRECT write, to its end. */
  write(disk: Nvme, buffer: Buffer, at = 0): Promise<Attempt> {
    return this.#transferNow('write', disk, buffer, at);
  }

  /** An O_DIRECT read, to its end. */
  read(disk: Nvme, buffer: Buffer, at = 0): Promise<Attempt> {
    return this.#transferNow('read', disk, buffer, at);
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

  /** Opens a path once per process. */
  async #open(given: string, direct = false): Promise<ProbeFd> {
    const path = this.#in(given);
    const known = this.#files.get(path);
    if (known !== undefined) return known;
    const fd = await this.probe.open(path, { direct });
    this.#files.set(path, fd);
    return fd;
  }

  #in(path: string): string {
    return path.replace(/^\/sys(?=\/)/, this.#sysfs);
  }

  async #submit(how: 'write' | 'read', disk: Nvme, buffer: Buffer, at: number): Promise<Transfer> {
    const fd = await this.#open(disk.node, true);
    const flight = await this.probe.submit(how, fd, at, wholeOf(buffer.area));
    const name = `${how} ${flight.id} of ${buffer.length} bytes, ${buffer.name} and ${disk.id}`;
    return new Transfer(name, buffer.length, flight.completion);
  }

  async #transferNow(how: 'write' | 'read', disk: Nvme, buffer: Buffer, at: number): Promise<Attempt> {
    const fd = await this.#open(disk.node, true);
    const what = `${how} of ${buffer.length} bytes, ${buffer.name} and ${disk.id}`;
    return attempt(what, async () => {
      const moved = await this.probe[how](fd, at, wholeOf(buffer.area));
      if (moved !== buffer.length)
        throw new ProbeRefusal(this.name, how, `SHORT (${moved} bytes)`, `p${how}`);
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
