import type { Nvme } from '../guest/nvme.js';
import type { Owner } from '../guest/owner.js';
import type { GuestUnderTest } from '../guest/under-test.js';

/** How a bind ended whose nth object of a cache was not to be had. */
export interface FailedBind {
  readonly isBound: boolean;
  /** Bytes of the p2pmem pool; null for a device without the folder p2pmem. */
  readonly pool: number | null;
}

/** From now on only objects of this slab cache count for fail-nth (mm/failslab.c:should_failslab), and no pages. */
export async function failOnlyIn(guest: GuestUnderTest, cache: string): Promise<void> {
  await guest.write('/sys/kernel/debug/failslab/cache-filter', 'Y');
  await guest.write('/sys/kernel/debug/fail_page_alloc/min-order', '11');
  await guest.write(`/sys/kernel/slab/${cache}/failslab`, '1');
}

/**
 * Binds a device that has no driver over and over: without the first object that `failOnlyIn` lets count, without the
 * second, and so on until a bind needs no more of them; that one is not told, and leaves the device bound. The caller
 * unbinds the device after each that came about, or leaves it at that.
 */
export async function* failingBinds(
  guest: GuestUnderTest,
  owner: Owner,
  device: Nvme,
): AsyncGenerator<FailedBind> {
  // Where a device belongs to no node its driver's probe runs in the writer, not in a kworker of that node
  // (drivers/pci/pci-driver.c:pci_call_probe): only what the writer allocates is counted.
  await guest.write(`${device.sysfs}/numa_node`, '-1');
  // One that is enabled already does not ask ACPI for its interrupt's route, which has faults of its own.
  await guest.write(`${device.sysfs}/enable`, '1');
  for (let nth = 1; ; nth += 1) {
    const { injected } = await owner.bindFailing(device, nth);
    if (!injected) return;
    const isBound = await device.isBound();
    const pool = (await guest.exists(`${device.sysfs}/p2pmem/size`)) ? await device.poolSize() : null;
    yield { isBound, pool };
  }
}
