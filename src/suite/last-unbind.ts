import type { GuestUnderTest } from '../guest/under-test.js';
import type { Expectations } from './expect.js';
import type { PoolReading } from './pools.js';

/**
 * Takes the driver off every device whose memory a probe could have owned. A pool can be whole while its pagemap
 * still counts a user (mm/memremap.c:memunmap_pages waits for the count, not for the pool), and only an unbind tells.
 * A device whose pool is not whole is passed over: that is its verdict already, and the unbind would only repeat it.
 */
export async function unbindAtLast(
  guest: Pick<GuestUnderTest, 'devices' | 'hadOwners'>,
  pools: readonly PoolReading[],
  expectations: Expectations,
): Promise<void> {
  if (!guest.hadOwners) return;
  for (const { device, before, after } of pools) {
    const owned = guest.devices[device];
    if (owned === undefined || before !== after) continue;
    if (owned.interruptedBy !== null) await owned.restore(owned.interruptedBy);
    await expectations.finished(owned.unbind());
  }
}
