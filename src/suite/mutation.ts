import type { MutantRecord } from '../artifacts/mutation.js';
import type { ScenarioResult } from '../artifacts/result.js';
import type { Mutant } from '../images/mutant.js';
import { type Found, isMeta } from './discover.js';
import { isAtLeast } from './kernel-rows.js';
import { homesOf, likeliestFirst, nearTo } from './likely.js';
import { isCell } from './narrow.js';
import { promises } from './promises.js';

const isPromise = (word: string): boolean => word in promises;

/** Cells of tables that a mutant meets when nothing else has seen it; as many as a quick run takes. */
export const quickCells = 12;

/** Words that scenarios cover of which there are too many, or which take too long, for one mutant. */
const isLong: ReadonlySet<string> = new Set(['matrix', 'race']);

/**
 * The order in which a mutant meets the scenarios: those that its header names (by id also such as a quick run leaves
 * out; by suite or covered word), then those at home in its files, then those that ask for a promise it breaks, then the
 * rest of the quick run, cells of tables after those, and last what only a nightly run asks, but for the matrix and the
 * long races. Words of the header that select nothing (any more) are passed over: a mutant from elsewhere knows other
 * suites. Where the header does not decide, what the `known` mutants of the same files are seen by comes first, be it of
 * the quick run or not.
 */
export function stagesFor(
  mutant: Mutant,
  quick: readonly Found[],
  all: readonly Found[],
  known: readonly Mutant[] = [],
): Found[][] {
  const chosen = new Set(quick.map(({ id }) => id));
  const named = all.filter(({ id, scenario: { options } }) =>
    mutant.seenBy.some((word) => {
      if (id === word) return true;
      const isWide = (word.endsWith('/') && id.startsWith(word)) || options.covers.includes(word);
      return isWide && chosen.has(id) && !isCell({ id });
    }),
  );
  const words = homesOf(mutant.files);
  const takesLong = ({ id, scenario: { options } }: Found): boolean =>
    isMeta(id) || options.covers.some((word) => isLong.has(word));
  const atHome = all.filter(
    (found) =>
      !named.includes(found) &&
      !takesLong(found) &&
      words.some((word) => found.scenario.options.covers.includes(word)),
  );
  const taken = new Set([...named, ...atHome].map(({ id }) => id));
  const open = quick.filter(({ id }) => !taken.has(id));
  const nightly = all.filter((found) => !chosen.has(found.id) && !taken.has(found.id) && !takesLong(found));
  const asks = ({ scenario: { options } }: Found): boolean =>
    options.asks.some((ask) => mutant.breaks.includes(ask));
  const others = known.filter(({ name }) => name !== mutant.name);
  const seeNear = new Set(nearTo(mutant.files, others).flatMap(({ seenBy }) => seenBy));
  const ordered = (scenarios: readonly Found[]): Found[] => likeliestFirst(scenarios, mutant.files, others);
  const byHand = ordered([
    ...open.filter((found) => !isCell(found)),
    ...nightly.filter(({ id }) => seeNear.has(id)),
  ]);
  return [
    named,
    ordered(atHome),
    byHand.filter(asks),
    byHand.filter((found) => !asks(found)),
    open.filter(isCell),
    ordered(nightly.filter(({ id }) => !seeNear.has(id))),
  ].filter((stage) => stage.length > 0);
}

/** Why a failed scenario does not show the bug; null when it does. Words of its header that name no promise are passed over. */
export function discount(result: ScenarioResult, mutant: Mutant): string | null {
  if (result.bootMs === null) return `the guest did not come up: ${result.verdict.headline}`;
  const { broken, headline } = result.verdict;
  const breaks = mutant.breaks.filter(isPromise);
  const shown = broken.some((promise) => mutant.breaks.includes(promise) || mutant.accepts.includes(promise));
  if (shown || breaks.length === 0) return null;
  return `it names ${broken.join(', ') || 'no promise'} and not ${breaks.join(' or ')}: ${headline}`;
}

/** The promise of the verdict that the mutant is known to break, or the first it names. */
export function promiseShown({ verdict: { broken } }: ScenarioResult, mutant: Mutant): string {
  const own = broken.find((promise) => mutant.breaks.includes(promise));
  return own ?? broken.find((promise) => mutant.accepts.includes(promise)) ?? broken[0] ?? 'guest-survives';
}

/** Why a mutant is no bug of a kernel of this release; null when it is one. */
export function equivalentOn(mutant: Mutant, release: string): string | null {
  const { equivalent, equivalentBefore, equivalentFrom } = mutant;
  const isLater = equivalentBefore !== null && isAtLeast(release, equivalentBefore);
  const isEarlier = equivalentFrom !== null && !isAtLeast(release, equivalentFrom);
  return isLater || isEarlier ? null : equivalent;
}

/** Mutants of the same files after one another: each build then compiles little besides what it changes. Headers come last. */
export function inBuildOrder(mutants: readonly Mutant[]): Mutant[] {
  const weight = (mutant: Mutant): string =>
    `${mutant.files.some((file) => file.endsWith('.h')) ? 1 : 0} ${[...mutant.files].sort().join(' ')} ${mutant.name}`;
  return [...mutants].sort((a, b) => (weight(a) < weight(b) ? -1 : 1));
}

/** Whether an earlier record settles a mutant; a survivor meets only scenarios that it has not met. */
export function isSettled(record: MutantRecord, hash: string): boolean {
  return record.text === hash && !['survived', 'undecided'].includes(record.fate);
}
