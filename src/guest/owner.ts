import { LastrefError } from '../kit/errors.js';
import { within } from '../kit/wait.js';
import type { Nvme } from './nvme.js';
import type { ProbeClient, RequestOptions } from './probe-client.js';
import { fieldsOfReply } from './probe-client-errors.js';
import type { ProbeReply, ProbeValue } from './probe-protocol.js';

/** What touching memory came to: a value, or the signal it raised. */
export interface Access {
  readonly value: string | null;
  readonly fault: {
    readonly signal: string;
    readonly code: string /** si_addr was the address touched. */;
    readonly atAddress: boolean;
  } | null;
}

/** What a system call came to; `errno` is null when it succeeded. */
export interface Attempt {
  readonly what: string;
  readonly errno: string | null;
  readonly result: number | null;
}

export interface TransferResult {
  readonly bytes: number;
  readonly errno: string | null;
}

/** Memory of one owner, under the name its probe knows it by. */
export class Buffer {
  readonly name: string;
  readonly length: number;
  readonly owner: Owner;
  #seed: number | null;

  constructor(owner: Owner, name: string, length: number, seed: number | null = null) {
    this.owner = owner;
    this.name = name;
    this.length = length;
    this.#seed = seed;
  }

  get seed(): number {
    if (this.#seed === null) throw new LastrefError(`${this.name} was never filled`, { blame: 'test' });
    return this.#seed;
  }

  /** From now on the buffer is expected to hold this canary: because it was filled, or because a read brought it. */
  expectSeed(seed: number): void {
    this.#seed = seed;
  }

  /** Writes the canary of `seed` into every word: a word tells whose it is and where it belongs. */
  async fill(seed: number): Promise<void> {
    await this.owner.ask('fill', [this.name, seed]);
    this.#seed = seed;
  }

  /** Compares every word with the canary. */
  async verify(): Promise<{ bad: number; words: number; detail: string }> {
    const fields = await this.owner.ask('verify', [this.name, this.seed]);
    return {
      bad: Number(fields['mismatches'] ?? Number.NaN),
      words: Number(fields['words'] ?? Number.NaN),
      detail:
        fields['first'] === undefined
          ? 'none'
          : `first at byte ${fields['first']}: ${fields['seen']}, expected ${fields['expected']}`,
    };
  }

  /** The same memory as a forked child sees it. */
  in(child: Owner): Buffer {
    return new Buffer(child, this.name, this.length, this.#seed);
  }
}

/** A read or write under way. */
export class Transfer {
  readonly name: string;
  readonly length: number;
  readonly #done: Promise<TransferResult>;
  #result: TransferResult | null = null;

  constructor(name: string, length: number, done: Promise<TransferResult>) {
    this.name = name;
    this.length = length;
    this.#done = done.then((result) => {
      this.#result = result;
      return result;
    });
    this.#done.catch(() => undefined); // whoever awaits completed() hears of it
  }

  /** Null while it is in flight. */
  get result(): TransferResult | null {
    return this.#result;
  }

  /** Waits for its completion; `deadlineMs` is final (already stretched). */
  completed(deadlineMs: number): Promise<TransferResult> {
    return within({ name: `${this.name} to complete`, deadlineMs, blame: 'kernel' }, () => this.#done);
  }
}

export interface MapOptions {
  readonly private?: boolean;
  /** Bytes. */
  readonly offset?: number;
  readonly prot?: 'r' | 'rw';
}

/** A process in the guest that owns device memory: the p2pmem probe, or a child it forked. */
export class Owner {
  readonly name: string;
  readonly #probe: ProbeClient;
  readonly #route: string;
  readonly #files = new Map<string, string>();

  constructor(probe: ProbeClient, route = '') {
    this.#probe = probe;
    this.#route = route;
    this.name = route === '' ? probe.name : `${probe.name}@${route}`;
  }

  /** Maps `length` bytes of a device's CMB; raises when the kernel refuses. */
  async map(device: Nvme, length: number, options: MapOptions = {}): Promise<Buffer> {
    const name = this.#probe.nextName('map');
    await this.ask(...(await this.#mapRequest(name, device, length, options)));
    return new Buffer(this, name, length);
  }

  /** Tries to map; a refusal is a result. */
  async tryMap(device: Nvme, length: number, options: MapOptions = {}): Promise<Attempt> {
    const request = await this.#mapRequest(this.#probe.nextName('map'), device, length, options);
    return attempt(
      `mmap of ${length} bytes${options.private ? ', MAP_PRIVATE' : ''}${options.offset ? `, offset ${options.offset}` : ''}`,
      await this.#say(...request),
    );
  }

  /** Ordinary memory. */
  async ram(length: number): Promise<Buffer> {
    const name = this.#probe.nextName('ram');
    await this.ask('anon', [name, length]);
    return new Buffer(this, name, length);
  }

  /** Gives back all of a buffer, or `length` bytes of it from `offset` on. */
  async unmap(buffer: Buffer, part?: { readonly offset: number; readonly length: number }): Promise<void> {
    await this.ask(
      'unmap',
      [buffer.name],
      part === undefined ? {} : { options: { off: part.offset, len: part.length } },
    );
  }

  /** Reads (or writes) one word at `offset`. */
  async touch(buffer: Buffer, how: 'r' | 'w' = 'r', offset = 0): Promise<Access> {
    const reply = await this.#say('touch', [buffer.name, offset, how, ...(how === 'w' ? [1] : [])]);
    if (reply.kind === 'fault') {
      return {
        value: null,
        fault: {
          signal: reply.signal,
          code: reply.fields['code'] ?? '?',
          atAddress: reply.fields['exact'] === '1',
        },
      };
    }
    return { value: fieldsOfReply(this.name, 'touch', reply)['value'] ?? '', fault: null };
  }

  /** Opens a device's `allocate` file and keeps it open: its descriptor outlives the file's name. */
  async openAllocate(device: Nvme): Promise<void> {
    await this.#open(device.allocate, 'rw');
  }

  /** Tries to open a path; a refusal is a result. */
  async tryOpen(path: string): Promise<Attempt> {
    return attempt(`open of ${path}`, await this.#say('open', [this.#probe.nextName('fd'), path, 'rw']));
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
  async write(disk: Nvme, buffer: Buffer, at = 0): Promise<Attempt> {
    return this.#transferNow('pwrite', disk, buffer, at);
  }

  /** An O_DIRECT read, to its end. */
  async read(disk: Nvme, buffer: Buffer, at = 0): Promise<Attempt> {
    return this.#transferNow('pread', disk, buffer, at);
  }

  /** A child with the same mappings and descriptors. */
  async fork(name = this.#probe.nextName('child')): Promise<Owner> {
    await this.ask('fork', [name]);
    const child = new Owner(this.#probe, this.#route === '' ? name : `${this.#route}/${name}`);
    for (const [path, fd] of this.#files) child.#files.set(path, fd);
    return child;
  }

  /** Ends this process, by itself or by SIGKILL, and waits until it is gone. */
  async end(how: 'exit' | 'SIGKILL' = 'exit'): Promise<void> {
    const gone: Promise<unknown> = this.#route === '' ? this.#probe.closed : this.#childGone();
    await this.#say(how === 'exit' ? 'exit' : 'die', how === 'exit' ? [0] : [how]);
    await within({ name: `${this.name} to be gone`, deadlineMs: 120_000 }, () => gone);
  }

  /** Sends one request; anything but `ok` raises. */
  async ask(
    verb: string,
    args: readonly ProbeValue[],
    options: RequestOptions = {},
  ): Promise<Readonly<Record<string, string>>> {
    return fieldsOfReply(this.name, verb, await this.#say(verb, args, options));
  }

  #say(verb: string, args: readonly ProbeValue[], options: RequestOptions = {}): Promise<ProbeReply> {
    return this.#probe.request(verb, args, { ...options, route: this.#route });
  }

  async #childGone(): Promise<void> {
    const name = this.#route.split('/').at(-1);
    await this.#probe.watch('exit', (event) => event.fields['name'] === name);
  }

  async #mapRequest(
    name: string,
    device: Nvme,
    length: number,
    { private: isPrivate, offset, prot }: MapOptions,
  ): Promise<[string, ProbeValue[], RequestOptions]> {
    const fd = await this.#open(device.allocate, 'rw');
    return [
      'map',
      [name, fd, length, ...(isPrivate === true ? ['private'] : [])],
      { options: { offset, prot } },
    ];
  }

  /** Opens a path once per process; returns the descriptor's name. */
  async #open(path: string, mode: string): Promise<string> {
    const known = this.#files.get(path);
    if (known !== undefined) return known;
    const name = this.#probe.nextName('fd');
    await this.ask('open', [name, path, mode]);
    this.#files.set(path, name);
    return name;
  }

  async #submit(how: 'write' | 'read', disk: Nvme, buffer: Buffer, at: number): Promise<Transfer> {
    const id = this.#probe.nextName('io');
    const fd = await this.#open(disk.node, 'rw,direct');
    const done = this.#probe
      .watch('complete', (event) => event.fields['id'] === id, this.#route)
      .then(({ fields }) => ({
        bytes: Math.max(0, Number(fields['res'] ?? 0)),
        errno: fields['errno'] ?? null,
      }));
    const transfer = new Transfer(
      `${how} ${id} of ${buffer.length} bytes, ${buffer.name} and ${disk.id}`,
      buffer.length,
      done,
    );
    await this.ask('submit', [id, how, fd, at, `${buffer.name}:0:${buffer.length}`]);
    return transfer;
  }

  async #transferNow(verb: 'pread' | 'pwrite', disk: Nvme, buffer: Buffer, at: number): Promise<Attempt> {
    const fd = await this.#open(disk.node, 'rw,direct');
    return attempt(
      `${verb} of ${buffer.length} bytes, ${buffer.name} and ${disk.id}`,
      await this.#say(verb, [fd, at, `${buffer.name}:0:${buffer.length}`]),
    );
  }
}

/** A reply as a result. What is neither success nor an errno is not an answer to the question. */
function attempt(what: string, reply: ProbeReply): Attempt {
  if (reply.kind === 'err' && reply.fields['call'] !== undefined)
    return { what, errno: reply.errno, result: null };
  const fields = fieldsOfReply('p2pmem', what, reply);
  return { what, errno: null, result: fields['res'] === undefined ? null : Number(fields['res']) };
}
