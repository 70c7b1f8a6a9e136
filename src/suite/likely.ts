import type { Mutant } from '../images/mutant.js';
import type { Found } from './discover.js';

/** Which word scenarios cover when they go through files of this place, where the quick run barely does. */
const homes: readonly (readonly [RegExp, string])[] = [
  [/^drivers\/iommu\//, 'iommu'],
  [/^drivers\/nvme\/target\//, 'nvmet'],
  [/^drivers\/md\//, 'raid'],
  [/^drivers\/vfio\//, 'vfio'],
  [/^drivers\/pci\/hotplug\//, 'hotplug'],
  [/^drivers\/pci\/pcie\/(?:aer|err)\.c$/, 'aer'],
  [/^drivers\/pci\/pci\.c$/, 'reset'],
  [/^(?:drivers\/nvme\/host\/ioctl|block\/blk-map)\.c$/, 'passthrough'],
  [/^fs\/(?:sysfs|kernfs)\//, 'sysfs'],
  [/^mm\/mremap\.c$/, 'mremap'],
  [/^mm\/madvise\.c$/, 'madvise'],
];

/** The words of scenarios that are at home in these files. */
export const homesOf = (files: readonly string[]): string[] =>
  homes.filter(([place]) => files.some((file) => place.test(file))).map(([, word]) => word);

type Seeded = Pick<Mutant, 'name' | 'files' | 'seenBy'>;

/**
 * Scenarios in the order in which they are likely to see a bug in `files`: what the suites' own mutants of these files
 * name as seen by whom decides, then what their other mutants name. At every step the scenario is taken that sees most of
 * the mutants which none before it sees, so that the first ones are unlike each other; the rest keeps its order.
 */
export function likeliestFirst(
  scenarios: readonly Found[],
  files: readonly string[],
  known: readonly Seeded[],
): Found[] {
  const near = known.filter((mutant) => mutant.files.some((file) => files.includes(file)));
  const far = known.filter((mutant) => !near.includes(mutant));
  let rest = [...scenarios];
  const order: Found[] = [];
  for (let unseen of [near, far]) {
    for (;;) {
      const best = bestOf(rest, unseen);
      if (best === undefined) break;
      order.push(best);
      rest = rest.filter((one) => one !== best);
      unseen = unseen.filter(({ seenBy }) => !seenBy.includes(best.id));
    }
  }
  return [...order, ...rest];
}

/** The first of the scenarios that most mutants name; undefined when they name none. */
function bestOf(scenarios: readonly Found[], mutants: readonly Seeded[]): Found | undefined {
  let best: { readonly found: Found; readonly count: number } | undefined;
  for (const found of scenarios) {
    const count = mutants.filter(({ seenBy }) => seenBy.includes(found.id)).length;
    if (count > (best?.count ?? 0)) best = { found, count };
  }
  return best?.found;
}
