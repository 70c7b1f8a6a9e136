import { type Limits, numberOf, TypedProbe } from './probe-types.js';

/**
 * What a racer does (guests/probes/race/roles.c): reads or writes one word over and over, maps and unmaps, maps
 * again what was taken away, moves its mapping about and gives pages back, forks children that touch what they were born with.
 */
export type Role = 'load' | 'store' | 'churn' | 'remap' | 'storm' | 'spawn';
export type Phase = 'before' | 'during' | 'over';
/** `gone` is ENODEV, `empty` ENOMEM and `invalid` EINVAL of mmap; `revived` is memory that was dead and is not any more. */
export type RaceOutcome =
  | 'touched'
  | 'faulted'
  | 'odd'
  | 'revived'
  | 'mapped'
  | 'gone'
  | 'empty'
  | 'invalid'
  | 'refused';

export interface Round {
  /** Null when the removal succeeded. */
  readonly errno: string | null;
  readonly elapsedMs: number;
  /** How often something happened, to any racer, in a phase of the removal. */
  count(outcome: RaceOutcome, phase: Phase): number;
  /** Every count that is not 0, as the probe says it: `load.touched.during`. */
  readonly counts: Readonly<Record<string, number>>;
}

export interface RoundOptions extends Limits {
  /** Of each mapping. */
  readonly bytes: number;
  /** Between the moment that everybody races and the removal, in µs. */
  readonly pauseUs: number;
  /** The remover on CPU 0, the racers on the others. */
  readonly isPinned: boolean;
}

/** RACE_VERSION of guests/probes/race/race.h. */
const version = 1;

/** The race probe: a removal against threads that use the memory, begun when every one of them is at it. */
export class RaceProbe extends TypedProbe {
  ready(limits: Limits = {}): Promise<number> {
    return this.client.ready(version, limits);
  }

  /** One removal: writes `value` to `file` while `roles` race on memory of `allocate`. */
  async round(
    removal: { readonly file: string; readonly value: string },
    allocate: string,
    roles: readonly Role[],
    options: RoundOptions,
  ): Promise<Round> {
    const { bytes, pauseUs, isPinned, ...limits } = options;
    const fields = await this.ask('round', [removal.file, removal.value, allocate, roles.join()], {
      ...limits,
      options: { bytes, pause: pauseUs, pinned: isPinned ? 1 : 0 },
    });
    const counts = Object.fromEntries(
      Object.keys(fields)
        .filter((key) => key.includes('.'))
        .map((key) => [key, numberOf(fields, key)]),
    );
    return {
      errno: fields['errno'] ?? null,
      elapsedMs: numberOf(fields, 'elapsed_us') / 1000,
      counts,
      count: (outcome, phase) =>
        Object.entries(counts)
          .filter(([key]) => key.endsWith(`.${outcome}.${phase}`))
          .reduce((sum, [, count]) => sum + count, 0),
    };
  }
}
