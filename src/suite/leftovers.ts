import type { GuestUnderTest } from '../guest/under-test.js';

/**
 * Caches of what is allocated by size or belongs to a mapping, a file of sysfs or a transfer. In kmalloc-16 page_owner keeps a
 * record of every new way in which a page came about (mm/page_owner.c:add_stack_record_to_list).
 */
const caches = 'kmalloc-[2-9]* kmalloc-1[0-57-9]* vm_area_struct kernfs_node_cache bio-* sgpool-*';

/**
 * Objects in use by slab cache. Whatever waits in KASAN's quarantine, or in a CPU's share, is freed before: a cache that is
 * shrunk gives up both (mm/slab_common.c:kmem_cache_shrink, mm/kasan/quarantine.c:kasan_quarantine_remove_cache).
 */
async function slabObjects(guest: GuestUnderTest): Promise<ReadonlyMap<string, number>> {
  const script = `cd /sys/kernel/slab && for one in ${caches}; do [ -e $one ] && echo 1 > $one/shrink && echo "$one $(cat $one/objects)"; done; :`;
  const table = await guest.run(['sh', '-c', script], 60_000);
  return new Map(
    [...table.matchAll(/^(\S+) (\d+)/gm)].map(([, cache = '', inUse]) => [cache, Number(inUse)]),
  );
}

/**
 * Does something three times `rounds` times, the first third to warm up. What it returns looks which slab caches keep an object
 * of every round after that, and says `nothing` once none does: frees that wait for a grace period come late. Commands in the
 * guest do not belong into a round: what they leave (stacks that vmalloc is in no hurry to give back) counts as well.
 */
export async function leftBehind(
  guest: GuestUnderTest,
  rounds: number,
  once: () => Promise<void>,
): Promise<() => Promise<string>> {
  for (let round = 0; round < rounds; round += 1) await once();
  const before = await slabObjects(guest);
  for (let round = 0; round < 2 * rounds; round += 1) await once();
  return async () => {
    const grown = [...(await slabObjects(guest))]
      .map(([cache, inUse]) => ({ cache, more: inUse - (before.get(cache) ?? 0) }))
      .filter(({ more }) => more >= 2 * rounds);
    return grown.length === 0
      ? 'nothing'
      : `${2 * rounds} rounds: ${grown.map(({ cache, more }) => `${cache} +${more}`).join(', ')}`;
  };
}

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
