import type { Role, Round } from '../guest/probe-types-race.js';
import { LastrefError } from '../kit/errors.js';
import type { Expect } from './matchers.js';
import type { PromiseName } from './promises.js';
import { neverIn, type Window } from './race-round.js';
import { type Cells, cells, type Scenario, type ScenarioContext } from './scenario.js';

export interface Race {
  /** Without its machine: a sentence that is true on a correct kernel. */
  readonly title: string;
  readonly asks: readonly PromiseName[];
  readonly covers: readonly string[];
  /** Who takes part, in a round of several CPUs. */
  readonly racers: readonly Role[];
  /** What must happen while the removal is under way, or the race was not run. */
  readonly windows: readonly Window[];
  /** What must happen in the long run: a moment too short for a few rounds. */
  readonly narrow?: readonly Window[];
}

/** On what the race is run: the shape, and how many removals. The first is quick. */
const machines = {
  'two-cpus': { shape: 'cmb-switch', on: 'two CPUs', rounds: 4, tags: [] },
  'two-cpus-for-long': { shape: 'cmb-switch', on: 'two CPUs for long', rounds: 60, tags: ['nightly'] },
  'one-cpu': { shape: 'cmb-one-cpu', on: 'one CPU', rounds: 20, tags: ['nightly'] },
  'four-cpus': { shape: 'cmb-four-cpus', on: 'four CPUs', rounds: 20, tags: ['nightly'] },
  'counted-time': {
    shape: 'cmb-counted-time',
    on: 'a CPU that counts instructions',
    rounds: 20,
    tags: ['nightly'],
  },
} as const;

/** From here on also a narrow window must have been hit. */
const manyRounds = 50;

/** A race on every machine, as cells: `<area>/<file>/<machine>`. Rounds are bounded; what differs between them comes from the seed. */
export function race(declared: Race): { readonly cells: Cells } {
  return cells(
    Object.fromEntries(Object.entries(machines).map(([name, machine]) => [name, racing(declared, machine)])),
  );
}

function racing(
  { title, asks, covers, racers, windows, narrow = [] }: Race,
  { shape, on, rounds, tags }: (typeof machines)[keyof typeof machines],
): Scenario {
  return {
    title: `${title}, on ${on}`,
    options: {
      shape,
      asks,
      covers: ['race', ...covers],
      tags: ['race', ...tags],
      needs: ['p2pmem-allocate'],
      deadlineMs: 20_000 + rounds * 10_000,
    },
    body: async (context) => {
      const { guest, random, count } = context;
      const { cmb } = guest.devices;
      const baseline = await cmb.available();
      const probe = await guest.racers();
      for (let number = 1; number <= rounds; number += 1) {
        const how = {
          bytes: random.pick([4096, 16_384, 131_072]),
          pauseUs: random.below(20_000),
          isPinned: random.below(2) === 1,
        };
        const removal = { file: '/sys/bus/pci/drivers/nvme/unbind', value: cmb.bdf };
        const limits = { deadlineMs: 60_000 };
        const round = await probe.round(removal, cmb.allocate, racers, { ...how, ...limits });
        for (const window of [...windows, ...narrow]) count(window, round.counts[window] ?? 0);
        holdAgainst(context.expect, round, `round ${number} of seed ${random.seed}`);
        await cmb.rebind();
        await context.expect('the pool', () => cmb.available(), 'pool-balances').toBecome(baseline);
      }
      for (const window of rounds < manyRounds ? windows : [...windows, ...narrow])
        requireHit(context, window);
    },
  };
}

/** What may never be counted, whoever won. */
function holdAgainst(expect: Expect, round: Round, which: string): void {
  expect(`${which}: how unbind ended`, round.errno, 'unbind-finishes').toBe(null);
  for (const { what, times, breaks } of neverIn(round)) expect(`${which}: ${what}`, times, breaks).toBe(0);
}

/** A race that never raced has shown nothing, whatever came of it. */
function requireHit({ counted }: Pick<ScenarioContext, 'counted'>, window: Window): void {
  if ((counted()[window] ?? 0) > 0) return;
  throw new LastrefError(`the window was never hit: ${window}`, {
    blame: 'test',
    hint: 'another --seed, more rounds, or a --stretch that widens it',
  });
}
