import { LastrefError } from '../kit/errors.js';
import { didYouMean } from '../kit/nearest.js';
import { hash32 } from '../kit/random.js';
import type { Found } from './discover.js';

/** The seed of a run that was given none: the same questions every time. */
export const defaultSeed = 1;

/** Tags that mean something even where no scenario has them. */
const usualTags = ['nightly', 'race'] as const;

export interface Narrowing {
  /** Words of `--tag`: a scenario must have one of them; a word after `!` takes scenarios away. */
  readonly tags?: readonly string[] | undefined;
  /** How many cells of the matrix stay; all unless told. All other scenarios stay. */
  readonly sample?: number | undefined;
  readonly seed?: number | undefined;
}

/** What is left of `chosen`. Raises (user) for a tag that no scenario of `all` has. */
export function narrow(
  all: readonly Found[],
  chosen: readonly Found[],
  { tags = [], sample, seed = defaultSeed }: Narrowing,
): Found[] {
  const known = [...new Set([...usualTags, ...all.flatMap(tagsOf)])];
  for (const word of tags) {
    const tag = word.replace(/^!/, '');
    if (known.includes(tag)) continue;
    throw new LastrefError(`no scenario has the tag "${tag}"${didYouMean(tag, known)}`, {
      blame: 'user',
      hint: `the tags are ${known.join(', ')}`,
    });
  }
  const wanted = tags.filter((word) => !word.startsWith('!'));
  const unwanted = tags.filter((word) => word.startsWith('!')).map((word) => word.slice(1));
  const tagged = chosen.filter((found) => {
    const own = tagsOf(found);
    return (
      (wanted.length === 0 || wanted.some((tag) => own.includes(tag))) &&
      !unwanted.some((tag) => own.includes(tag))
    );
  });
  if (sample === undefined) return tagged;
  const cells = tagged.filter((found) => isCell(found) && found.scenario.options.skip === undefined);
  const kept = new Set(sampleCells(cells, sample, seed));
  return tagged.filter((found) => !isCell(found) || kept.has(found));
}

/** Made from a table by its file (`<area>/<file>/<cell…>`): there are hundreds of them. A race is worth every run. */
export function isCell({ id, scenario }: Pick<Found, 'id'> & Partial<Pick<Found, 'scenario'>>): boolean {
  return id.split('/').length > 2 && scenario?.options.tags?.includes('race') !== true;
}

function tagsOf({ scenario }: Found): readonly string[] {
  return scenario.options.tags ?? [];
}

/**
 * `count` cells: each time the one that brings most words of its id (a removal, a state, …) that the sample has
 * fewest of, and among equals the one the seed ranks first. A cell's rank depends on nothing but the seed and its
 * id, so that a new row of a table changes little of a sample.
 */
export function sampleCells(cells: readonly Found[], count: number, seed: number): Found[] {
  const rank = new Map(cells.map((cell) => [cell, hash32(`${seed} ${cell.id}`)]));
  const rest = [...cells].sort((a, b) => (rank.get(a) ?? 0) - (rank.get(b) ?? 0));
  const seen = new Map<string, number>();
  const wordsOf = ({ id }: Found): string[] => id.split('/').slice(1);
  const familiarity = (cell: Found): number =>
    wordsOf(cell).reduce((sum, word) => sum + (seen.get(word) ?? 0), 0);
  const sample: Found[] = [];
  while (sample.length < count && rest.length > 0) {
    const least = Math.min(...rest.map(familiarity));
    const [cell] = rest.splice(
      rest.findIndex((one) => familiarity(one) === least),
      1,
    );
    if (cell === undefined) break;
    for (const word of wordsOf(cell)) seen.set(word, (seen.get(word) ?? 0) + 1);
    sample.push(cell);
  }
  return sample;
}
