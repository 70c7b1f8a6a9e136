import type { KmsgRecord } from './kmsg.js';
import { parseLine } from './line.js';
import type { Splat } from './types.js';

const forged = 'userspace: a program in the guest wrote these lines to /dev/kmsg';

/** kernel/printk/printk.c: devkmsg_write gives what a program writes facility 1 when it asks for the kernel's, 0. */
export function originOf(priority: number | null): Pick<Splat, 'origin' | 'noise'> {
  if (priority === null) return { origin: 'unknown', noise: null };
  return priority >> 3 === 0 ? { origin: 'kernel', noise: null } : { origin: 'userspace', noise: forged };
}

const linesLookedAt = 12;

/** Tells who wrote each splat of a console by the kernel's own records of it: the same text at the same microsecond.
 * One that only programs' records match is told as such, and does not count against the kernel. One that is in no record,
 * although they reach that far, may have been written to the console by a program, and counts: a line may also be damaged. */
export function tellOrigins(splats: readonly Splat[], records: readonly KmsgRecord[]): Splat[] {
  const facilities = new Map<string, number>();
  for (const { microseconds, text, facility } of records) {
    const key = `${microseconds} ${text}`;
    facilities.set(key, Math.min(facility, facilities.get(key) ?? facility));
  }
  return splats.map((splat) => {
    if (splat.origin !== 'unknown') return splat;
    const found = splat.raw
      .split('\n', linesLookedAt)
      .map((raw) => parseLine(raw, 0))
      .flatMap(({ time, text }) =>
        time === null ? [] : (facilities.get(`${Math.round(time * 1e6)} ${text.trimEnd()}`) ?? []),
      );
    if (found.length === 0) {
      // What may be made up explains no death.
      const noise = splat.fatal ? null : splat.noise;
      return isWithin(splat, records) ? { ...splat, origin: 'unrecorded', noise } : splat;
    }
    const told = originOf(Math.min(...found) << 3);
    // What it led to, by its looks, may be the kernel's after all.
    const noise = splat.aftermath.length === 0 ? (told.noise ?? splat.noise) : splat.noise;
    return { ...splat, origin: told.origin, noise };
  });
}

/** Whether the records reach as far as a report: then it would be among them, had it come from the kernel's log. */
function isWithin({ time: { first } }: Splat, records: readonly KmsgRecord[]): boolean {
  const [oldest, newest] = [records[0], records.at(-1)];
  if (oldest === undefined || newest === undefined) return false;
  return first === null || (first * 1e6 >= oldest.microseconds && first * 1e6 <= newest.microseconds);
}
