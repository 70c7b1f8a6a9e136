import { gib, type Memory } from './memory.js';

/** How many guests at once a run may have, and the reason in a few words. */
export interface Jobs {
  readonly jobs: number;
  readonly why: string;
}

/**
 * Guests at once: what was asked for, or one per core and one more, for while others wait (for a port, a timeout, their
 * deadline), as far as the host's slots and the memory that is free now go for guests of `cost` bytes. At least one: it
 * waits for its memory.
 */
export function chooseJobs(
  asked: number | undefined,
  {
    cores,
    slots,
    memory,
    cost,
  }: { readonly cores: number; readonly slots: number; readonly memory: Memory; readonly cost: number },
): Jobs {
  if (asked !== undefined) return { jobs: asked, why: 'as asked for' };
  const fitting = Math.floor(memory.free / cost);
  const free = `${gib(memory.free)} free`;
  if (fitting < Math.min(cores + 1, slots))
    return { jobs: Math.max(1, fitting), why: `${free}, ${gib(cost)} for a guest` };
  return slots < cores + 1
    ? { jobs: slots, why: `the slots of this host, ${free}` }
    : { jobs: cores + 1, why: `one per core and one more, ${free}` };
}
