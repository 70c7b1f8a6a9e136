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

/** The mutants that change one of these files too. */
export const nearTo = <M extends Seeded>(files: readonly string[], known: readonly M[]): M[] =>
  known.filter((mutant) => mutant.files.some((file) => files.includes(file)));

/**
 * Scenarios in the order in which they are likely to see a bug in `files`: what the suites' own mutants of these files
 * name as seen by whom decides, then what their other mutants name. At every step the scenario is taken that sees most of
 * the mutants which none before it sees, so that the first ones are unlike each other; what nobody names keeps its order.
 */
export function likeliestFirst(
  scenarios: readonly Found[],
  files: readonly string[],
  known: readonly Seeded[],
): Found[] {
  const near = nearTo(files, known);
  const far = known.filter((mutant) => !near.includes(mutant));
  let rest = [...scenarios];
  const order: Found[] = [];
  for (const mutants of [near, far]) {
    for (;;) {
      const round = unlikeEachOther(rest, mutants);
      if (round.length === 0) break;
      order.push(...round);
      rest = rest.filter((one) => !round.includes(one));
    }
  }
  return [...order, ...rest];
}

/** As few of the scenarios as see all of the mutants that any of them sees; the one that sees most first. */
function unlikeEachOther(scenarios: readonly Found[], mutants: readonly Seeded[]): Found[] {
  const chosen: Found[] = [];
  let unseen = mutants;
  for (;;) {
    const best = bestOf(scenarios, unseen);
    if (best === undefined) return chosen;
    chosen.push(best);
    unseen = unseen.filter(({ seenBy }) => !seenBy.includes(best.id));
  }
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
