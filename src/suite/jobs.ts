import { gib, type Memory } from './memory.js';

/** How many guests at once a run may have, and the reason in a few words. */
export interface Jobs {
  readonly jobs: number;
  readonly why: string;
}

/**
 * Guests at once: what was asked for, or one per core, as far as the memory that is free now goes for
 * guests of `cost` bytes. At least one: it waits for its memory.
 */
export function chooseJobs(
  asked: number | undefined,
  { cores, memory, cost }: { readonly cores: number; readonly memory: Memory; readonly cost: number },
): Jobs {
  if (asked !== undefined) return { jobs: asked, why: 'as asked for' };
  const fitting = Math.floor(memory.free / cost);
  if (fitting >= cores) return { jobs: cores, why: `one per core, ${gib(memory.free)} free` };
  return { jobs: Math.max(1, fitting), why: `${gib(memory.free)} free, ${gib(cost)} for a guest` };
}
