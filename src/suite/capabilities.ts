import type { GuestUnderTest } from '../guest/under-test.js';
import { LastrefError } from '../kit/errors.js';

/** Returns why this kernel or shape cannot be asked, or null when it can. */
type Look = (guest: GuestUnderTest) => Promise<string | null>;

/** What a scenario can need. It is looked for in the guest, never guessed from a version number. */
export const capabilities = {
  'p2pmem-allocate': async (guest) => {
    if (await guest.devices.cmb.isAllocatable()) return null;
    // A kernel that has the code and does not offer the file is not one that cannot be asked: it has lost something.
    if (/ p2pmem_alloc_mmap\b/.test(await guest.read('/proc/kallsyms'))) {
      throw new LastrefError(
        'the kernel has p2pmem_alloc_mmap() and offers no p2pmem/allocate for a device with a CMB',
        { blame: 'kernel' },
      );
    }
    return 'this kernel does not hand CMB memory to userspace: no p2pmem/allocate in sysfs (it came with Linux 6.2 and needs CONFIG_PCI_P2PDMA)';
  },
  lkdtm: async (guest) =>
    (await guest.exists('/sys/kernel/debug/provoke-crash/DIRECT'))
      ? null
      : 'this kernel has no LKDTM to crash it with (CONFIG_LKDTM)',
} as const satisfies Record<string, Look>;

export type Capability = keyof typeof capabilities;
