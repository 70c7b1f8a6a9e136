import {
  bigintOf,
  type Limits,
  numberOf,
  type ProbeArea,
  type ProbeFd,
  type ProcessEnd,
  processEndOf,
  type Raised,
  type Range,
  raisedOf,
  type Segment,
  type Touched,
  TypedProbe,
  type Verified,
} from './probe-types.js';
import { followFlight, type InFlight } from './probe-types-flight.js';
import {
  type Engine,
  type MapOptions,
  type OpenOptions,
  type Protection,
  type RemapOptions,
  ranged,
  type Seed,
  type SeedOptions,
  seeded,
  segmentsText,
  type TransferOptions,
  verifiedOf,
  words,
} from './probe-types-options.js';

export interface Spinning {
  readonly id: string;
  /** The signal that ended it, and the time-stamp counter as its last access that went through began. */
  untilRaised(limits?: Limits): Promise<Raised & { readonly lastTsc: bigint }>;
  /** Ends it; resolves with the number of accesses, or rejects by deadline. */
  stop(limits?: Limits): Promise<number>;
}

/** P2PMEM_VERSION of guests/probes/p2pmem/p2pmem.h. */
const version = 1;

/** The p2pmem probe, or a child of it: holds mappings and descriptors, touches memory, has the kernel do I/O on it. */
export class P2pmemProbe extends TypedProbe {
  /** Waits for the probe's first line. Resolves with its pid. */
  ready(limits: Limits = {}): Promise<number> {
    return this.client.ready(version, limits);
  }

  async open(path: string, options: OpenOptions = {}): Promise<ProbeFd> {
    const { access = 'rw', direct, nonblock, create, ...limits } = options;
    const name = this.client.nextName('fd');
    await this.ask('open', [name, path, [access, ...words({ direct, nonblock, create })].join(',')], limits);
    return { name, path };
  }

  async close(fd: ProbeFd, limits: Limits = {}): Promise<void> {
    await this.ask('close', [fd.name], limits);
  }

  /** mmap(2), shared and readable and writable unless told otherwise. */
  async map(fd: ProbeFd, length: number, options: MapOptions = {}): Promise<ProbeArea> {
    const { offset, address, protection, private: isPrivate, fixed, populate, locked, ...limits } = options;
    const flags = words({ private: isPrivate, fixed, populate, locked });
    const name = this.client.nextName('map');
    const fields = await this.ask('map', [name, fd.name, length, ...flags], {
      ...limits,
      options: { offset, addr: address, prot: protection },
    });
    return { name, address: bigintOf(fields, 'addr'), length };
  }

  /** Ordinary memory, shared with children unless `private`. */
  async anon(length: number, options: Limits & { readonly private?: boolean } = {}): Promise<ProbeArea> {
    const { private: isPrivate, ...limits } = options;
    const name = this.client.nextName('ram');
    const fields = await this.ask('anon', [name, length, ...words({ private: isPrivate })], limits);
    return { name, address: bigintOf(fields, 'addr'), length };
  }

  /** munmap(2). With a range the area stays known, so that the hole can be touched. */
  async unmap(area: ProbeArea, options: Range & Limits = {}): Promise<void> {
    await this.ask('unmap', [area.name], ranged(options));
  }

  async protect(area: ProbeArea, protection: Protection, options: Range & Limits = {}): Promise<void> {
    await this.ask('mprotect', [area.name, protection], ranged(options));
  }

  /** madvise(2); `advice` is the constant's name in lower case without MADV_, e.g. dontneed. */
  async advise(area: ProbeArea, advice: string, options: Range & Limits = {}): Promise<void> {
    await this.ask('madvise', [area.name, advice], ranged(options));
  }

  async remap(area: ProbeArea, length: number, options: RemapOptions = {}): Promise<ProbeArea> {
    const { mayMove, dontUnmap, to, oldLength, keepOld, ...limits } = options;
    const name = keepOld === true ? this.client.nextName('map') : area.name;
    const fields = await this.ask(
      'mremap',
      [area.name, length, ...words({ maymove: mayMove, dontunmap: dontUnmap })],
      {
        ...limits,
        options: { to, old: oldLength, as: keepOld === true ? name : undefined },
      },
    );
    return { name, address: bigintOf(fields, 'addr'), length };
  }

  async lock(area: ProbeArea, options: Range & Limits = {}): Promise<void> {
    await this.ask('mlock', [area.name], ranged(options));
  }

  /** One aligned access of 1, 2, 4 or 8 bytes. A signal is a result. */
  async touch(
    area: ProbeArea,
    offset = 0,
    options: Limits & { readonly write?: bigint | number; readonly width?: 1 | 2 | 4 | 8 } = {},
  ): Promise<Touched> {
    const { write, width, ...limits } = options;
    const what = write === undefined ? ['r'] : ['w', write];
    const reply = await this.raw('touch', [area.name, offset, ...what], { ...limits, options: { width } });
    if (reply.kind === 'fault') return raisedOf(reply.signal, reply.fields);
    return { value: bigintOf(this.accept('touch', reply), 'value') };
  }

  /** Writes the canary of `seed`: every 8-byte word derives from seed and offset. */
  async fill(area: ProbeArea, seed: Seed, options: SeedOptions = {}): Promise<void> {
    await this.ask('fill', [area.name, seed], seeded(options));
  }

  /** Compares with the canary of `seed`. A mismatch is a result, a signal throws ProbeFault. */
  async verify(area: ProbeArea, seed: Seed, options: SeedOptions = {}): Promise<Verified> {
    return verifiedOf(await this.ask('verify', [area.name, seed], seeded(options)));
  }

  async copy(
    from: Segment,
    to: { readonly area: ProbeArea; readonly offset: number },
    limits: Limits = {},
  ): Promise<void> {
    await this.ask('copy', [from.area.name, from.offset, to.area.name, to.offset, from.length], limits);
  }

  /** `to` becomes the exclusive or of itself and `from`. */
  async parity(
    from: Segment,
    to: { readonly area: ProbeArea; readonly offset: number },
    limits: Limits = {},
  ): Promise<void> {
    await this.ask('parity', [from.area.name, from.offset, to.area.name, to.offset, from.length], limits);
  }

  async compare(
    one: Segment,
    other: { readonly area: ProbeArea; readonly offset: number },
    limits: Limits = {},
  ): Promise<Verified> {
    const args = [one.area.name, one.offset, other.area.name, other.offset, one.length];
    return verifiedOf(await this.ask('compare', args, limits));
  }

  /** Up to 512 bytes, as evidence. */
  async peek(area: ProbeArea, offset: number, length: number, limits: Limits = {}): Promise<Buffer> {
    const fields = await this.ask('peek', [area.name, offset, length], limits);
    return Buffer.from(fields['hex'] ?? '', 'hex');
  }

  /** A thread that reads or writes one word over and over without entering the kernel. Resolves when it does. */
  async spin(
    area: ProbeArea,
    offset: number,
    options: Limits & { readonly write?: boolean; readonly cpu?: number } = {},
  ): Promise<Spinning> {
    const { write, cpu, ...limits } = options;
    const id = this.client.nextName('spin');
    await this.ask('spin', [id, area.name, offset, write === true ? 'w' : 'r'], {
      ...limits,
      options: { cpu },
    });
    const isIt = (event: { fields: Readonly<Record<string, string>> }): boolean => event.fields['id'] === id;
    return {
      id,
      untilRaised: async (wait = {}) => {
        const { fields } = await this.untilEvent('fault', isIt, {
          ...wait,
          name: 'report the fault of a spinning thread',
        });
        const raised = raisedOf(fields['signal'] ?? 'SIGUNKNOWN', fields);
        return { ...raised, lastTsc: bigintOf(fields, 'last_tsc') };
      },
      stop: async (wait = {}) => {
        await this.ask('unspin', [id], wait);
        return numberOf((await this.untilEvent('spun', isIt, wait)).fields, 'count');
      },
    };
  }

  /** One pread(2) or preadv(2) into areas; resolves with the bytes moved, which may be fewer. */
  async read(
    fd: ProbeFd,
    fileOffset: number,
    into: Segment | readonly Segment[],
    { nowait, ...limits }: TransferOptions = {},
  ): Promise<number> {
    const args = [fd.name, fileOffset, segmentsText(into), ...words({ nowait })];
    return numberOf(await this.ask('pread', args, limits), 'res');
  }

  /** One pwrite(2) or pwritev(2) out of areas; resolves with the bytes moved, which may be fewer. */
  async write(
    fd: ProbeFd,
    fileOffset: number,
    from: Segment | readonly Segment[],
    { nowait, ...limits }: TransferOptions = {},
  ): Promise<number> {
    const args = [fd.name, fileOffset, segmentsText(from), ...words({ nowait })];
    return numberOf(await this.ask('pwrite', args, limits), 'res');
  }

  /**
   * Hands a request to the kernel and returns when the kernel has taken it; it may stay in flight for long. Give
   * each request memory of its own: two reads in flight into one cache line are a WARNING of DMA_API_DEBUG
   * (kernel/dma/debug.c:add_dma_entry), and rightly so.
   */
  async submit(
    operation: 'read' | 'write',
    fd: ProbeFd,
    fileOffset: number,
    segments: Segment | readonly Segment[],
    options: Limits & { readonly engine?: Engine } = {},
  ): Promise<InFlight> {
    const { engine: wish, ...limits } = options;
    const id = this.client.nextName('io');
    const args = [id, operation, fd.name, fileOffset, segmentsText(segments)];
    const fields = await this.ask('submit', args, { ...limits, options: { engine: wish } });
    const engine = fields['engine'] ?? 'unknown';
    return followFlight(this, { id, operation, engine, tid: numberOf(fields, 'tid') });
  }

  /** A child process with the same mappings and descriptors, spoken to like this one. */
  async fork(name = this.client.nextName('child'), limits: Limits = {}): Promise<P2pmemProbe> {
    const { pid } = await this.ask('fork', [name], limits);
    const child = new P2pmemProbe(this.client, this.route === '' ? name : `${this.route}/${name}`, pid);
    await child.untilEvent('ready', (event) => event.fields['pid'] === pid, {
      ...limits,
      name: `start child ${name}`,
    });
    return child;
  }

  /** Sends a signal to a child, also to one that answers no more. */
  async kill(child: P2pmemProbe, signal: string, limits: Limits = {}): Promise<void> {
    await this.ask('kill', [child.ownName, signal], limits);
  }

  /** Waits until a child is gone for good. */
  async wait(child: P2pmemProbe, limits: Limits = {}): Promise<ProcessEnd> {
    return processEndOf(await this.ask('wait', [child.ownName], limits));
  }

  /** Exits with `code` and waits until the process is gone. */
  async exit(code = 0, limits: Limits = {}): Promise<ProcessEnd> {
    await this.ask('exit', [code], limits);
    return this.untilGone(limits);
  }

  /** Dies by a signal without tidying anything and waits until the process is gone. */
  async die(signal = 'SIGKILL', limits: Limits = {}): Promise<ProcessEnd> {
    await this.ask('die', [signal], limits);
    return this.untilGone(limits);
  }

  /** Gives up being root for good. */
  async become(uid: number, limits: Limits = {}): Promise<void> {
    await this.ask('become', [uid], limits);
  }

  /** From now on the probe stays, with all it holds, when its input ends. */
  async linger(limits: Limits = {}): Promise<void> {
    await this.ask('linger', [], limits);
  }

  /** A small file of the guest (a sysfs attribute), without the newline at its end. */
  async readFile(path: string, limits: Limits = {}): Promise<string> {
    return (await this.ask('read', [path], limits))['value'] ?? '';
  }

  /** What a descriptor that is already open gives when read from its start. */
  async readOpen(fd: ProbeFd, limits: Limits = {}): Promise<string> {
    return (await this.ask('readfd', [fd.name], limits))['value'] ?? '';
  }

  /** What poll(2) says at once of a descriptor that is already open: words of `in,out,pri,err,hup` in that order, or `none`. */
  async pollOpen(fd: ProbeFd, limits: Limits = {}): Promise<string> {
    return (await this.ask('poll', [fd.name], limits))['events'] ?? '';
  }

  async writeFile(path: string, value: string, limits: Limits = {}): Promise<void> {
    await this.ask('write', [path, value], limits);
  }

  async exists(path: string, limits: Limits = {}): Promise<boolean> {
    const reply = await this.raw('stat', [path], limits);
    if (reply.kind === 'err' && (reply.errno === 'ENOENT' || reply.errno === 'ENOTDIR')) return false;
    this.accept('stat', reply);
    return true;
  }
}
