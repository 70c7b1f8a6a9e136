import type { RunPlan } from '../artifacts/result.js';
import type { Shape } from '../config/shape.js';
import type { RunningGuest } from '../guest/guest.js';
import { expectedCost, recordCost } from './guest-cost.js';
import { privateMemory } from './memory.js';
import { takeSlot } from './slots.js';

type Guest = Pick<RunningGuest, 'pid' | 'origin'>;

/** The place of one guest on this host, from before it starts until it is gone. */
export interface GuestPlace {
  /** It has started: as this process, and in this way. */
  runs(guest: Guest): Promise<void>;
  /** Remembers what it has taken; the next of its kind is expected to take as much. Nothing happens when it is gone. */
  measure(guest: Guest): Promise<void>;
  release(): Promise<void>;
}

export interface PlaceRequest {
  readonly id: string;
  readonly plan: RunPlan;
  readonly shape: Shape;
  /** Whether a clone is wanted. */
  readonly start: 'clone' | 'cold';
  readonly signal: AbortSignal;
}

/** Waits for a slot and for the memory that a guest of this shape may cost, and holds both. */
export async function findPlace(
  { id, plan, shape, start, signal }: PlaceRequest,
  onWait: (what: string) => void,
): Promise<GuestPlace> {
  const kind = { plan, shape };
  const bytes = await expectedCost({ ...kind, start });
  const slot = await takeSlot({ id, bytes, jobs: plan.jobs, signal, onWait });
  return {
    // One that had to boot after all costs more than was reserved: whoever comes next is told.
    runs: async ({ pid, origin }) =>
      slot.runsAs(pid, Math.max(bytes, await expectedCost({ ...kind, start: origin.kind }))),
    measure: async ({ pid, origin }) => {
      const taken = await privateMemory(pid);
      if (taken !== undefined) await recordCost({ ...kind, start: origin.kind }, taken);
    },
    release: slot.release,
  };
}
