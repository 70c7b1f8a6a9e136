import type { GuestState } from '../guest/watch.js';
import { LastrefError, messageOf } from '../kit/errors.js';
import type { Observation } from '../verdict/judge.js';
import type { KernelLog } from './kernel-log.js';
import type { GuestPlace } from './place.js';
import type { PoolReading } from './pools.js';
import type { Scenario } from './scenario.js';
import { WitnessError } from './witness-error.js';

/** What is learnt on the way, put together when the guest is gone. */
export interface Findings {
  skip?: string;
  thrown?: unknown;
  blocked?: Observation['blocked'];
  state?: GuestState;
  stateDetail?: string;
  pools: readonly PoolReading[];
  readonly counters: Record<string, number>;
  /** When the begin marker was written, in ms of the timeline. */
  beganMs: number;
  log?: KernelLog;
  place?: GuestPlace;
}

/** Whether the kernel keeps a task that should have come back. */
export function isKept({ blocked, thrown }: Findings): boolean {
  return blocked !== undefined || (thrown instanceof WitnessError && thrown.seen.blocked !== undefined);
}

/** One value with everything the judge asks. */
export function observe(scenario: Scenario, found: Findings, console: Observation['console']): Observation {
  const error = found.thrown;
  const blame = error instanceof LastrefError ? error.blame : 'test';
  return {
    asks: scenario.options.asks,
    console,
    guest: found.state ?? 'running', // one that never came up is explained by what was thrown
    ...(found.stateDetail ? { guestDetail: found.stateDetail } : {}),
    ...(found.skip === undefined ? {} : { skip: found.skip }),
    ...(error === undefined
      ? {}
      : error instanceof WitnessError
        ? error.seen
        : blame === 'kernel' && error instanceof LastrefError
          ? {
              assertion: {
                message: error.message,
                ...(error.promise === undefined ? {} : { promise: error.promise }),
              },
            }
          : {
              error: {
                blame,
                message: messageOf(error),
                ...(error instanceof LastrefError && error.isStarved ? { isStarved: true } : {}),
              },
            }),
    ...(found.blocked === undefined ? {} : { blocked: found.blocked }),
    pool: found.pools.map(({ before, after }) => ({ baseline: before, after })),
  };
}
