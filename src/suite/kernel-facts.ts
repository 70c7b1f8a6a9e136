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
} as const satisfies Record<string, readonly { since: string; value: string; source: string }[]>;

export type KernelFact = keyof typeof kernelFacts;

function numbersOf(release: string): number[] {
  return (/^\d+(?:\.\d+)*/.exec(release)?.[0] ?? '0').split('.').map(Number);
}

function isAtLeast(release: string, since: string): boolean {
  const have = numbersOf(release);
  for (const [index, wanted] of numbersOf(since).entries()) {
    const difference = (have[index] ?? 0) - wanted;
    if (difference !== 0) return difference > 0;
  }
  return true;
}

/** The value of a fact for a release such as `6.12.117` or `7.3.4+deb13-amd64`: the last row that applies. */
export function factOf(name: KernelFact, release: string): string {
  const row = kernelFacts[name].findLast(({ since }) => isAtLeast(release, since));
  return row?.value ?? kernelFacts[name][0].value;
}
