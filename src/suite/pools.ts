import type { RunningGuest } from '../guest/guest.js';
import type { GuestUnderTest } from '../guest/under-test.js';
import { LastrefError } from '../kit/errors.js';
import { until } from '../kit/wait.js';

/** Bytes available in one device's p2pmem pool before and after. */
export interface PoolReading {
  readonly device: string;
  readonly before: number;
  readonly after: number;
}

/** The baseline of every pool: measured, because the I/O queues live in the CMB too and take their share. */
export async function readPools(guest: GuestUnderTest): Promise<ReadonlyMap<string, number>> {
  const readings = Object.entries(guest.devices).map(
    async ([id, device]): Promise<[string, number][]> =>
      (await device.isAllocatable()) ? [[id, await device.available()]] : [],
  );
  return new Map((await Promise.all(readings)).flat());
}

/**
 * Reads every pool again once nobody maps it. Pages come back when the last reference falls, which may be a moment
 * after the process is gone: looks until the baseline is there or the deadline passes. A device that the scenario
 * left unbound has no pool to read.
 */
export async function settlePools(
  machine: RunningGuest,
  guest: GuestUnderTest,
  before: ReadonlyMap<string, number>,
): Promise<PoolReading[]> {
  const readings: PoolReading[] = [];
  for (const [id, baseline] of before) {
    const device = guest.devices[id];
    const [bound, offered] =
      device === undefined ? [] : await Promise.all([device.isBound(), device.isAllocatable()]);
    if (device === undefined || bound !== true) {
      machine.record('scenario', 'pool-not-read', { device: id, why: 'the scenario left it unbound' });
      continue;
    }
    if (offered !== true) {
      throw new LastrefError(`${id} is bound and offers no p2pmem/allocate any more`, {
        blame: 'kernel',
        promise: 'rebind-works',
      });
    }
    let after = Number.NaN;
    try {
      await until(
        {
          name: `the pool of ${id}`,
          deadlineMs: machine.patience(5000),
          signal: machine.signal,
          blame: 'kernel',
        },
        async () => {
          after = await device.available();
          return after === baseline ? true : undefined;
        },
      );
    } catch (error) {
      // The deadline alone is the pool's verdict, and the reading says it; anything else is another matter.
      if (!(error instanceof LastrefError) || Number.isNaN(after) || machine.signal.aborted) throw error;
    }
    readings.push({ device: id, before: baseline, after });
  }
  return readings;
}
