/** Slower or faster than this many times, and the kernel's own watchdogs bark at shadows. */
const tolerated = 1.5;

/**
 * Why a kernel's clock cannot be believed, from what its boot printed; null when it can. A host that has no time for the
 * guest while it counts TSC cycles against the PIT lets it count too few, and Linux then prefers the PIT to a HPET that knows
 * better (arch/x86/kernel/tsc.c:pit_hpet_ptimer_calibrate_cpu). To such a guest seconds are as long as its ticks are short:
 * it reports lockups and stalls that there are none.
 */
export function clockFault(console: string): string | null {
  const said = /tsc: PIT calibration deviates from (HPET|PMTIMER): (\d+) (\d+)/.exec(console);
  if (said === null) return null;
  const [taken, known] = [Number(said[2]), Number(said[3])];
  if (taken === 0 || known === 0) return null;
  const times = Math.max(taken / known, known / taken);
  return times > tolerated
    ? `the guest measured its clock wrong, by a factor of ${times.toFixed(1)} (PIT against ${said[1]}): this host was too busy`
    : null;
}
