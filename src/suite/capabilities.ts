import { extendedCapability, portAbove, readConfig } from '../guest/pci-config.js';
import { lacksGupTest } from '../guest/selftest.js';
import type { GuestUnderTest } from '../guest/under-test.js';
import { LastrefError } from '../kit/errors.js';

/** Returns why this kernel or shape cannot be asked, or null when it can. */
type Look = (guest: GuestUnderTest) => Promise<string | null>;

const filesystem =
  (name: string, option: string): Look =>
  async (guest) =>
    new RegExp(`\\t${name}$`, 'm').test(await guest.read('/proc/filesystems'))
      ? null
      : `this kernel has no ${name} (${option})`;

/**
 * Both are extended capabilities (include/uapi/linux/pci_regs.h), beyond the first 256 bytes. Without CONFIG_PCI_MMCONFIG a
 * kernel sees none, or, on an AMD CPU, the first 256 bytes again (arch/x86/pci/direct.c; QEMU has no such access).
 */
async function portHas(guest: GuestUnderTest, name: string, id: number): Promise<string | null> {
  const port = await portAbove(guest, guest.devices.cmb.bdf);
  return extendedCapability(await readConfig(guest, port), id) === undefined
    ? `this kernel sees no ${name} at port ${port} (CONFIG_PCI_MMCONFIG)`
    : null;
}

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
  'gup-test': async (guest) =>
    (await guest.exists('/sys/kernel/debug/gup_test'))
      ? null
      : 'this kernel lacks the test module of GUP (CONFIG_GUP_TEST)',
  'fail-nth': async (guest) => {
    if (!(await guest.exists('/proc/self/fail-nth')))
      return 'this kernel cannot make an allocation fail (CONFIG_FAULT_INJECTION, CONFIG_FAIL_PAGE_ALLOC)';
    // The knob counts every kind of fault. Allocations that may wait are spared unless asked for, and each failure
    // is a stack trace in the log unless it is told to be quiet (lib/fault-inject.c).
    for (const kind of ['failslab', 'fail_page_alloc']) {
      const folder = `/sys/kernel/debug/${kind}`;
      if (!(await guest.exists(folder))) return `this kernel has no ${kind} (CONFIG_${kind.toUpperCase()})`;
      await guest.write(`${folder}/ignore-gfp-wait`, 'N');
      await guest.write(`${folder}/verbose`, '0');
      if (kind === 'fail_page_alloc') await guest.write(`${folder}/min-order`, '0'); // single pages, too
    }
    return null;
  },
  kmemleak: async (guest) =>
    (await guest.exists('/sys/kernel/debug/kmemleak'))
      ? null
      : 'this kernel keeps no book of what it allocates (CONFIG_DEBUG_KMEMLEAK)',
  ext4: filesystem('ext4', 'CONFIG_EXT4_FS'),
  xfs: filesystem('xfs', 'CONFIG_XFS_FS'),
  vfat: filesystem('vfat', 'CONFIG_VFAT_FS'),
  raid: async (guest) => {
    const levels = await guest.exec(['grep', '-c', '-E', 'raid[01]_(make_request|run)$', '/proc/kallsyms']);
    return Number(levels.stdout) > 0 && (await guest.exists('/sys/module/md_mod/parameters/new_array'))
      ? null
      : 'this kernel cannot make arrays (CONFIG_MD_RAID0, CONFIG_MD_RAID1)';
  },
  loop: async (guest) =>
    (await guest.exists('/dev/loop-control'))
      ? null
      : 'this kernel has no loop devices that are built in (CONFIG_BLK_DEV_LOOP)',
  'fail-make-request': async (guest) =>
    (await guest.exists('/sys/kernel/debug/fail_make_request/probability'))
      ? null
      : 'this kernel cannot make a request fail before its driver sees it (CONFIG_FAIL_MAKE_REQUEST, CONFIG_FAULT_INJECTION_DEBUG_FS)',
  kvm: async (guest) =>
    (await guest.exists('/dev/kvm'))
      ? null
      : 'this guest cannot run a guest of its own: its kernel has no KVM, or its CPU no virtualisation',
  vfio: async (guest) =>
    (await guest.exists('/sys/bus/pci/drivers/vfio-pci')) && (await guest.exists('/sys/class/iommu/dmar0'))
      ? null
      : 'this guest has no vfio or no IOMMU (CONFIG_VFIO_PCI, CONFIG_INTEL_IOMMU)',
  'gup-selftest': (guest) => lacksGupTest(guest.source),
  nvmet: async (guest) => {
    const config = '/sys/kernel/config';
    if (!(await guest.exists(`${config}/nvmet`)))
      await guest.exec(['mount', '-t', 'configfs', 'configfs', config]);
    return (await guest.exists(`${config}/nvmet`))
      ? null
      : 'this kernel has no NVMe target that is built in (CONFIG_NVME_TARGET, CONFIG_CONFIGFS_FS)';
  },
  iommu: async (guest) =>
    (await guest.exists('/sys/class/iommu/dmar0'))
      ? null
      : 'this kernel does not drive the IOMMU of its machine (CONFIG_INTEL_IOMMU)',
  acs: (guest) => portHas(guest, 'ACS', 0x0d),
  aer: (guest) => portHas(guest, 'AER', 0x01),
  lkdtm: async (guest) =>
    (await guest.exists('/sys/kernel/debug/provoke-crash/DIRECT'))
      ? null
      : 'this kernel has no LKDTM to crash it with (CONFIG_LKDTM)',
} as const satisfies Record<string, Look>;

export type Capability = keyof typeof capabilities;
