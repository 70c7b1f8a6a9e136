import type { RunPlan } from '../artifacts/result.js';
import type { Shape } from '../config/shape.js';
import { expectedCost, type GuestKind, mostOf, recordCost } from './guest-cost.js';
import { privateMemory } from './memory.js';
import { takeSlot } from './slots.js';

/** The place of one guest on this host, from before it boots until it is gone. */
export interface GuestPlace {
  /** It boots no more: it is this process. */
  runs(pid: number): Promise<void>;
  /** Remembers what it has taken; the next of its kind is expected to take as much. Nothing happens when it is gone. */
  measure(pid: number): Promise<void>;
  release(): Promise<void>;
}

interface PlaceRequest {
  readonly id: string;
  readonly plan: RunPlan;
  readonly shape: Shape;
  readonly signal: AbortSignal;
}

/** Waits for a slot and for the memory that a guest of this shape may cost, and holds both. */
export async function findPlace(
  { id, plan, shape, signal }: PlaceRequest,
  onWait: (what: string) => void,
): Promise<GuestPlace> {
  const kind: GuestKind = { plan, shape, start: 'cold' };
  const bytes = Math.min(mostOf(shape), await expectedCost(kind));
  const slot = await takeSlot({ id, bytes, jobs: plan.jobs, signal, onWait });
  return {
    runs: (pid) => slot.runsAs(pid, bytes),
    measure: async (pid) => {
      const taken = await privateMemory(pid);
      if (taken !== undefined) await recordCost(kind, taken);
    },
    release: slot.release,
  };
}
