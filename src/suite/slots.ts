import { availableParallelism, hostname } from 'node:os';
import path from 'node:path';
import { LastrefError } from '../kit/errors.js';
import { cacheRoot } from '../kit/paths.js';
import { takeTicket } from '../kit/ticket.js';
import { gib, type Memory, privateMemory, readMemory } from './memory.js';

/** A guest's right to run: counted on this host over all runs of this user, gone with the process that took it. */
export interface Slot {
  /** The guest runs as this process; what it has taken need not be kept free for it any longer. */
  runsAs(pid: number, bytes: number): Promise<void>;
  release(): Promise<void>;
}

export interface SlotRequest {
  /** Who asks, e.g. `p2pdma/unbind-waits-for-write`. */
  readonly id: string;
  /** What the guest may come to cost, in bytes. */
  readonly bytes: number;
  /** Guests at once that its run was told to have; more than the host's slots only when somebody asked for it. */
  readonly jobs: number;
  readonly signal?: AbortSignal | undefined;
  /** Called with a few words whenever what is awaited has changed, e.g. `waiting for a slot, 2 guests run`. */
  readonly onWait?: (what: string) => void;
  readonly folder?: string;
  readonly slots?: number;
  readonly memory?: () => Promise<Memory>;
  /** How long nothing of ours may run and memory may still be short before it is given up, in ms. */
  readonly aloneMs?: number;
}

/** What a holder says on its ticket. */
interface Held {
  readonly id: string;
  readonly bytes: number;
  readonly pid: number | null;
}

/** What the host keeps for itself, in bytes: below it the kernel starts to reclaim what guests run from. */
const keptFree = 256 * 1024 ** 2;

/** Guests at once on this host, over all runs: LASTREF_SLOTS, or two per core, so that a run with one per core does not stop another. */
export function hostSlots(env: NodeJS.ProcessEnv = process.env, cores = availableParallelism()): number {
  const told = Number(env['LASTREF_SLOTS']);
  return Number.isInteger(told) && told > 0 ? told : Math.max(1, 2 * cores);
}

/** Where the host's slots are: a cache may be shared by hosts, whose cores and memory are their own. */
const slotsFolder = (): string => path.join(cacheRoot(), 'slots', hostname().replaceAll(/[^\w.-]/g, '_'));

function parse(text: string): Held | undefined {
  try {
    return JSON.parse(text) as Held;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** Memory that guests which run were promised and have not taken yet; one that says nothing is like the one that asks. */
async function outstanding(held: readonly string[], asked: number): Promise<number> {
  const owed = await Promise.all(
    held.map(async (text) => {
      const one = parse(text);
      const taken = one?.pid == null ? 0 : await privateMemory(one.pid);
      return Math.max(0, (one?.bytes ?? asked) - (taken ?? 0));
    }),
  );
  return owed.reduce((sum, bytes) => sum + bytes, 0);
}

/**
 * Takes a slot for one guest: waits while as many guests run as the host has slots, or while memory is short. A guest
 * that is larger than the host is an error (host); so is memory that stays short although no guest of ours runs.
 */
export async function takeSlot(request: SlotRequest): Promise<Slot> {
  const { id, bytes, onWait } = request;
  const slots = Math.max(request.slots ?? hostSlots(), request.jobs);
  const memory = request.memory ?? readMemory;
  const { total, bound } = await memory();
  if (bytes + keptFree > total) {
    throw new LastrefError(
      `a guest for ${id} may take ${gib(bytes)} and can never run here: ${bound} is ${gib(total)}, ${gib(keptFree)} of it stay free`,
      { blame: 'host', hint: 'a shape with less memoryMiB, or a host or cgroup with more' },
    );
  }
  let said = '';
  const wait = (what: string): undefined => {
    if (what !== said) onWait?.(what);
    said = what;
    return undefined;
  };
  let aloneSince: number | undefined;
  const ticket = await takeTicket(request.folder ?? slotsFolder(), {
    signal: request.signal,
    enter: async (held) => {
      const guests = `${held.length} guest${held.length === 1 ? ' runs' : 's run'}`;
      if (held.length >= slots) return wait(`waiting for a slot, ${guests}`);
      const { free } = await memory();
      const left = free - keptFree - (await outstanding(held, bytes));
      if (bytes <= left) return JSON.stringify({ id: id.slice(0, 200), bytes, pid: null } satisfies Held);
      const short = `${gib(bytes)} of memory, ${gib(Math.max(0, left))} to be had, ${guests}`;
      aloneSince = held.length > 0 ? undefined : (aloneSince ?? performance.now());
      const aloneMs = request.aloneMs ?? 600_000;
      if (aloneSince === undefined || performance.now() - aloneSince < aloneMs)
        return wait(`waiting for ${short}`);
      throw new LastrefError(
        `gave up waiting for ${short}: ${(aloneMs / 1000).toFixed(0)} s are long enough`,
        {
          blame: 'host',
          hint: 'something else holds the memory; `ps aux --sort -rss | head` names it',
        },
      );
    },
  });
  return {
    release: ticket.release,
    runsAs: (pid, more) =>
      ticket.tell(JSON.stringify({ id: id.slice(0, 200), bytes: more, pid } satisfies Held)),
  };
}
