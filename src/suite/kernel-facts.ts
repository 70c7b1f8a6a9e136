import { isAtLeast, type KernelRange } from './kernel-rows.js';

/**
 * What differs from kernel to kernel without being right or wrong, each with where it changed. Scenarios ask for
 * the fact by name and never look at a version.
 */
export const kernelFacts = {
  /** errno of a peer-to-peer transfer that the topology does not allow. */
  'p2p-refusal': [
    {
      since: '0',
      value: 'EREMOTEIO',
      source: 'kernel/dma/direct.c:dma_direct_map_sg gives -EREMOTEIO, the block layer BLK_STS_TARGET',
    },
    {
      since: '6.17',
      value: 'EINVAL',
      source: 'block/blk-mq-dma.c:blk_dma_map_iter_start, which NVMe uses from here on, gives BLK_STS_INVAL',
    },
  ],
  /** What becomes of one read into device memory and ordinary memory by the device that the memory belongs to. */
  'mixed-to-itself': [
    {
      since: '0',
      value: 'EIO',
      source:
        'block/bio.c:bio_add_page makes one command of both kinds, which the device refuses (NVMe status 0x12)',
    },
    {
      since: '7.0',
      value: 'OK',
      source: 'block/bio.c:bio_add_page ends a bio where the kind of memory changes (12da89e8844a)',
    },
  ],
  /** errno of an NVMe admin command from userspace on device memory. */
  'admin-command-refusal': [
    {
      since: '0',
      value: 'EREMOTEIO',
      source:
        'block/blk-map.c:bio_map_user_iov pins without ITER_ALLOW_P2PDMA for a queue without the feature',
    },
    {
      since: '7.0',
      value: 'EINVAL',
      source: 'block/blk-map.c:bio_map_user_iov',
    },
  ],
  /** What becomes of direct I/O on an md array all of whose members can do peer-to-peer. */
  'array-of-peers': [
    {
      since: '0',
      value: 'EREMOTEIO',
      source: 'drivers/md/raid0.c:raid0_set_limits lacks BLK_FEAT_PCI_P2PDMA',
    },
    {
      since: '7.0',
      value: 'OK',
      source:
        'drivers/md/raid0.c:raid0_set_limits sets it, block/blk-settings.c:blk_stack_limits clears it again unless every member has it',
    },
  ],
  /** What madvise(MADV_DOFORK) says to device memory that MADV_DONTFORK was said to before. */
  dofork: [
    {
      since: '0',
      value: 'OK',
      source: 'mm/madvise.c:madvise_vma_behavior refuses VM_IO only',
    },
    {
      since: '7.0',
      value: 'EINVAL',
      source:
        'mm/madvise.c:madvise_vma_behavior refuses VM_SPECIAL, and vm_insert_page() makes the mapping VM_MIXEDMAP',
    },
  ],
} as const satisfies Record<string, readonly { since: string; value: string; source: string }[]>;

export type KernelFact = keyof typeof kernelFacts;

/** The value of a fact for a release such as `6.12.117` or `7.3.4+deb13-amd64`: the last row that applies. */
export function factOf(name: KernelFact, release: string): string {
  const row = kernelFacts[name].findLast((one) => isAtLeast(release, one.since));
  return row?.value ?? kernelFacts[name][0].value;
}

/** Every fact's rows as ranges: each ends where the next begins. */
export function factRanges(): { readonly name: string; readonly rows: readonly KernelRange[] }[] {
  return Object.entries(kernelFacts).map(([name, rows]) => ({
    name,
    rows: rows.map(({ since }, index) => {
      const before = rows[index + 1]?.since;
      return before === undefined ? { since } : { since, before };
    }),
  }));
}
