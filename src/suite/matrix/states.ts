import { Buffer } from '../../guest/buffer.js';
import type { Owner } from '../../guest/owner.js';
import { until } from '../../kit/wait.js';
import type { Memory, MemoryState, Place } from './memory.js';

/** Bytes of the memory in question. */
export const length = 64 * 1024;

/** Seeds of what is in the memory, and of what a read brings there. */
const seeds = { own: 1, fromDisk: 2 } as const;

const idle = { transfer: null, held: null, writes: null, gone: null, wake: async () => undefined };

async function mapped({ guest, cmb }: Place): Promise<{ owner: Owner; buffer: Buffer }> {
  const owner = await guest.probe('p2pmem');
  return { owner, buffer: await owner.map(cmb, length) };
}

async function dirty(place: Place): Promise<{ owner: Owner; buffer: Buffer }> {
  const made = await mapped(place);
  await made.buffer.fill(seeds.own);
  return made;
}

/** A write of the memory stays in flight on `to`. */
async function writing(place: Place, to: 'disk' | 'cmb'): Promise<Memory & { buffer: Buffer; owner: Owner }> {
  const { owner, buffer } = await dirty(place);
  const held = place[to];
  await held.hold();
  const transfer = await owner.submitWrite(held, buffer);
  await held.untilInFlight(1);
  return { ...idle, owner, buffer, owners: [{ owner, buffer }], transfer, held, writes: buffer };
}

async function untilState({ guest }: Place, pid: string, letter: string): Promise<void> {
  const wait = { name: `process ${pid} in state ${letter}`, deadlineMs: guest.patience(10_000) };
  await until(wait, async () =>
    (await guest.read(`/proc/${pid}/stat`)).split(') ')[1]?.startsWith(letter) ? true : undefined,
  );
}

const runs = { owner: 'runs', inFlight: null, mapping: 'open', filled: true } as const;

export const states = {
  allocated: {
    describe: 'allocated and out of reach (PROT_NONE)',
    ...{ ...runs, mapping: 'closed', filled: false },
    make: async ({ guest, cmb }) => {
      const owner = await guest.probe('p2pmem');
      const buffer = await owner.map(cmb, length, { protection: 'none' });
      return { ...idle, owners: [{ owner, buffer }] };
    },
  },
  untouched: {
    describe: 'mapped and untouched',
    ...{ ...runs, filled: false },
    make: async (place) => ({ ...idle, owners: [await mapped(place)] }),
  },
  dirty: {
    describe: 'mapped and dirty',
    ...runs,
    make: async (place) => ({ ...idle, owners: [await dirty(place)] }),
  },
  forked: {
    describe: 'mapped by parent and child',
    ...runs,
    make: async (place) => {
      const { owner, buffer } = await dirty(place);
      const child = await owner.fork();
      return {
        ...idle,
        owners: [
          { owner, buffer },
          { owner: child, buffer: buffer.in(child) },
        ],
      };
    },
  },
  unmapped: {
    describe: 'unmapped, its descriptor open',
    ...{ ...runs, mapping: 'none', filled: false },
    make: async (place) => {
      const made = await dirty(place);
      await made.owner.unmap(made.buffer, { offset: 0, length }); // by range: the hole can still be touched
      return { ...idle, owners: [made] };
    },
  },
  mremapped: {
    describe: 'moved by mremap',
    ...runs,
    make: async (place) => {
      const { owner, buffer } = await dirty(place);
      const { address } = await owner.probe.anon(length);
      await owner.probe.remap(buffer.area, length, { mayMove: true, to: address });
      return { ...idle, owners: [{ owner, buffer }] };
    },
  },
  pinned: {
    describe: 'pinned by GUP and mapped no more',
    ...{ ...runs, inFlight: 'other', mapping: 'none', filled: false },
    make: async (place) => {
      const memory = await writing(place, 'disk');
      await memory.owner.unmap(memory.buffer, { offset: 0, length });
      return memory;
    },
  },
  writing: {
    describe: 'being written to another disk',
    ...{ ...runs, inFlight: 'other' },
    make: (place) => writing(place, 'disk'),
  },
  reading: {
    describe: 'being read from another disk',
    ...{ ...runs, inFlight: 'other' },
    make: async (place) => {
      const { owner, buffer } = await mapped(place);
      const source = await owner.ram(length);
      await source.fill(seeds.fromDisk);
      await owner.write(place.disk, source);
      await place.disk.hold();
      const transfer = await owner.submitRead(place.disk, buffer);
      await place.disk.untilInFlight(1);
      buffer.expectSeed(seeds.fromDisk);
      return { ...idle, owners: [{ owner, buffer }], transfer, held: place.disk };
    },
  },
  own: {
    describe: 'being written to its own disk',
    ...{ ...runs, inFlight: 'own' },
    make: (place) => writing(place, 'cmb'),
  },
  stopped: {
    describe: 'of a stopped process',
    ...{ ...runs, owner: 'stopped' },
    make: async (place) => {
      const parent = await place.guest.probe('p2pmem');
      const child = await parent.fork();
      const buffer = await child.map(place.cmb, length);
      await buffer.fill(seeds.own);
      await parent.probe.kill(child.probe, 'SIGSTOP');
      await untilState(place, child.probe.pid ?? '', 'T');
      const wake = (): Promise<void> => parent.probe.kill(child.probe, 'SIGCONT');
      return { ...idle, owners: [{ owner: child, buffer }], wake };
    },
  },
  dying: {
    describe: 'of a process that dies in flight',
    ...{ ...runs, inFlight: 'other', mapping: 'none', owner: 'dying', filled: false },
    make: async (place) => {
      const parent = await place.guest.probe('p2pmem');
      await parent.openAllocate(place.cmb);
      const child = await parent.fork();
      const buffer = await child.map(place.cmb, length);
      await buffer.fill(seeds.own);
      const file = await child.probe.open(place.disk.node, { direct: true });
      await place.disk.hold();
      // fs/aio.c:exit_aio keeps the process, and its mappings, until the request is done.
      const whole = { area: buffer.area, offset: 0, length };
      await child.probe.submit('write', file, 0, whole, { engine: 'aio' });
      await place.disk.untilInFlight(1);
      const gone = child.probe.untilGone({ deadlineMs: 120_000 });
      gone.catch(() => undefined); // whoever awaits it hears of it
      await parent.probe.kill(child.probe, 'SIGKILL');
      return { ...idle, owners: [{ owner: parent, buffer: null }], held: place.disk, writes: buffer, gone };
    },
  },
} as const satisfies Record<string, MemoryState>;

export type StateName = keyof typeof states;

/** Looks at a buffer's bytes from another process and other memory: those that a write has brought to a disk. */
export async function readBack({ guest }: Place, written: Buffer, from: Place['disk']): Promise<Buffer> {
  const reader = await guest.probe('p2pmem');
  const copy = new Buffer(reader, await reader.probe.anon(length));
  await reader.read(from, copy);
  copy.expectSeed(written.seed);
  return copy;
}
