import { LastrefError } from '../kit/errors.js';
import type { Known, Verdict, Witness } from '../verdict/types.js';
import { type KernelRange, speaksOf } from './kernel-rows.js';
import type { PromiseName } from './promises.js';

/** A scenario that is known to fail, on which kernels, and why. See docs/findings.md. */
export interface KnownFailure extends KernelRange {
  readonly finding: string;
  readonly scenario: string;
  readonly breaks: PromiseName;
  /** What the headline must say, and who must say it: a scenario that fails in another way is news. */
  readonly says: RegExp;
  readonly seenBy: Witness;
  readonly reason: string;
  /** What would make it pass. */
  readonly lift: string;
}

export const knownFailures: readonly KnownFailure[] = [
  {
    finding: 'L1',
    scenario: 'p2pdma-map/clean-page-writable-again',
    since: '6.2',
    breaks: 'calls-come-back',
    says: /probe p2pmem\S* \(pid \d+\) never came back from the kernel: it spins/,
    seenBy: 'hang',
    reason:
      'fs/kernfs/file.c:kernfs_vma_page_mkwrite says 0 without a locked page, and mm/memory.c:do_page_mkwrite takes folio->mapping == NULL for a truncated page and tries again for ever',
    lift: 'a page_mkwrite of kernfs that is not there for mappings of device memory, or do_page_mkwrite that knows pages without a mapping',
  },
  {
    finding: 'L1',
    scenario: 'p2pdma-map/clean-page-read-into-again',
    since: '6.2',
    breaks: 'calls-come-back',
    says: /probe p2pmem\S* \(pid \d+\) never came back from the kernel: it spins/,
    seenBy: 'hang',
    reason: 'the same fault, taken by GUP on behalf of the read: only SIGKILL ends it',
    lift: 'as for the store',
  },
  {
    finding: 'L2',
    scenario: 'p2pdma-map/valid-map-fails-only-for-lack-of-memory',
    since: '6.2',
    before: '6.15',
    breaks: 'refusals-are-exact',
    says: /mmap calls that gave EINVAL is \d+/,
    seenBy: 'assertion',
    reason:
      'mm/memremap.c:free_zone_device_folio returns the page to the pool before its count is 1 again, and the next owner is refused by validate_page_before_insert',
    lift: 'the refcount rework of 6.15 (b7e282378773), or the count set before gen_pool_free_owner',
  },
  {
    finding: 'L5',
    scenario: 'p2pdma-map/new-owner-finds-nothing',
    since: '6.2',
    breaks: 'memory-starts-empty',
    says: /words of the owner before is \d+/,
    seenBy: 'assertion',
    reason:
      'drivers/pci/p2pdma.c zeroes memory neither when it hands it out nor when it takes it back, by design',
    lift: 'zeroing in p2pmem_alloc_mmap, or documentation that says that the file is for one security context only',
  },
  {
    finding: 'L6',
    scenario: 'p2pdma-unbind/memory-that-does-not-fit-in-is-let-go',
    since: '6.19',
    breaks: 'guest-survives',
    says: /KASAN: slab-use-after-free Read in pci_p2pdma_unmap_mappings/,
    seenBy: 'console',
    reason:
      'drivers/pci/p2pdma.c:pci_p2pdma_add_resource frees the pagemap when gen_pool_add_owner fails, and leaves the action registered that reads it at unbind',
    lift: 'the action taken back on the way out (devm_remove_action), or handed the device instead of the pagemap',
  },
];

/** The row that explains a failure of this scenario on this kernel, if it is known there. */
export function knownFailure(scenario: string, release: string): KnownFailure | undefined {
  return knownFailures.find((row) => row.scenario === scenario && speaksOf(row, release));
}

/** What a report of KASAN entails and no other witness saw: it taints the kernel (lib/debug_locks.c, kernel/panic.c:add_taint). */
const afterSplat = /^coverage lost: lockdep turned itself off: the kernel is tainted$/;

/**
 * The verdict in the light of the baseline. A FAIL that a row explains, and that no other witness saw, is DONE: the
 * question was answered, and the answer is no news. A PASS where a row expects a failure stays one, and says so aloud.
 */
export function inLightOf(
  row: KnownFailure | undefined,
  verdict: Verdict,
): { readonly verdict: Verdict; readonly known?: Known } {
  if (row === undefined) return { verdict };
  const { finding, reason, lift } = row;
  if (verdict.outcome === 'PASS') {
    const headline = `unexpected PASS: ${finding} is known to break ${row.breaks} here, and it held: take its row out of the baseline (${lift})`;
    return { verdict: { ...verdict, headline }, known: { finding, reason, lift, state: 'unexpected-pass' } };
  }
  const isIt =
    verdict.outcome === 'FAIL' &&
    row.says.test(verdict.headline) &&
    verdict.broken.every((promise) => promise === row.breaks) &&
    verdict.reasons.every(
      ({ witness, detail }) =>
        witness === row.seenBy ||
        witness === 'declared' ||
        detail.startsWith('known noise') ||
        (row.seenBy === 'console' && afterSplat.test(detail)),
    );
  if (!isIt) return { verdict };
  const headline = `known finding ${finding}: ${verdict.headline}`;
  return {
    verdict: { ...verdict, outcome: 'DONE', headline },
    known: { finding, reason, lift, state: 'known-failure' },
  };
}

/** Raises (test) for a row that names no scenario. */
export function requireScenarios(
  ids: readonly string[],
  rows: readonly KnownFailure[] = knownFailures,
): void {
  for (const { finding, scenario } of rows) {
    if (ids.includes(scenario)) continue;
    throw new LastrefError(`the baseline knows ${finding} of ${scenario}, which is no scenario`, {
      blame: 'test',
      hint: 'correct src/suite/baseline.ts',
    });
  }
}
