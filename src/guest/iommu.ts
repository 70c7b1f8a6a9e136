import type { GuestUnderTest } from './under-test.js';

/** What the guest's Intel IOMMU says first of a fault (drivers/iommu/intel/dmar.c:dmar_fault_do_one); `none` without one. */
export async function iommuFault(guest: GuestUnderTest): Promise<string> {
  return /DMAR:.*fault/i.exec(await guest.run(['dmesg']))?.[0] ?? 'none';
}
