import type { GuestUnderTest } from '../guest/under-test.js';

/** Blocks of DMA memory that a device's driver holds now, by pool, none left out that holds any (mm/dmapool.c:pools_show). */
export async function dmaBlocks(guest: GuestUnderTest, bdf: string): Promise<string> {
  const table = await guest.read(`/sys/bus/pci/devices/${bdf}/pools`);
  const held = [...table.matchAll(/^(\S.*?) +(\d+) +\d+ +\d+ +\d+$/gm)].filter(
    ([, , blocks]) => blocks !== '0',
  );
  return held.map(([, pool, blocks]) => `${pool} ${blocks}`).join(', ') || 'none';
}

/** Pins of FOLL_PIN that were taken and not given back, over all pages of the guest (mm/gup.c, NR_FOLL_PIN_ACQUIRED). */
export async function pinsHeld(guest: GuestUnderTest): Promise<number> {
  // each CPU keeps its share for up to a second; this adds them up (mm/vmstat.c:vmstat_refresh)
  await guest.write('/proc/sys/vm/stat_refresh', '1');
  const table = await guest.read('/proc/vmstat');
  const count = (name: string): number => Number(new RegExp(`^${name} (\\d+)$`, 'm').exec(table)?.[1]);
  return count('nr_foll_pin_acquired') - count('nr_foll_pin_released');
}

/**
 * How many pieces of its own memory the kernel has no pointer to any more; each is reported in the log. Only what is older than
 * 5 s counts, and what looks the same in two scans (mm/kmemleak.c:MSECS_MIN_AGE, update_checksum).
 */
export async function lostPieces(guest: GuestUnderTest): Promise<number> {
  const file = '/sys/kernel/debug/kmemleak';
  await guest.untilPassed(6);
  for (let scan = 0; scan < 2; scan += 1) await guest.write(file, 'scan', 120_000);
  return (await guest.read(file)).match(/^unreferenced object /gm)?.length ?? 0;
}
