// Letters of kernel logs from common to rare. A search whose alternatives start with rare characters skips most
// of the text: that is what makes clean logs cheap.
const common = ' 0e1fatd4ir[]2s3c:n8576o9m.pulx_h-y/vbg"=wk)(q,+jz';
/** Those before it make up more than one character in a hundred each. */
const firstRare = common.indexOf('u');

const rank = (char: string): number => {
  const at = common.indexOf(char);
  return at < 0 ? common.length : at;
};

/** Shortest pieces worth searching for. Small letters make words that clean logs are full of. */
const least = { capital: 5, small: 7 };

/** The end of `word` that starts at a capital or else at its rarest character. */
function rarestEnd(word: string): string {
  const capital = word.search(/[A-Z]/);
  if (capital >= 0 && capital + least.capital <= word.length) return word.slice(capital);
  let best = 0;
  for (let at = 1; at + least.small <= word.length; at++) {
    if (rank(word[at] ?? '') > rank(word[best] ?? '')) best = at;
  }
  return word.slice(best);
}

/** A word as a pattern that matches nothing else. */
export const quote = (word: string): string => word.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

const searchFor = (ends: readonly string[]): RegExp => new RegExp([...ends].sort().map(quote).join('|'), 'g');

/** The searches for a list of words; compiled once and shared. */
export function compileAnchors(words: readonly string[]): readonly RegExp[] {
  const ends = [...new Set(words.map(rarestEnd))];
  const group = (end: string): number => (/^[A-Z]/.test(end) ? 0 : rank(end[0] ?? '') >= firstRare ? 1 : 2);
  // A search is as fast as its most frequent first letter lets it be.
  const groups = [0, 1, 2].map((wanted) => ends.filter((end) => group(end) === wanted));
  return groups.filter(({ length }) => length > 0).map(searchFor);
}

/** Finds, in a block of text, the places where any of many words stands. A hint: what it finds may be no such line. */
export class AnchorSearch {
  readonly #searches: { readonly pattern: RegExp; next: number }[];
  #block = '';

  constructor(patterns: readonly RegExp[]) {
    this.#searches = patterns.map((pattern) => ({ pattern, next: 0 }));
  }

  /** Index of the first place at or behind `from`, or -1. Calls for one block must not go back. */
  find(block: string, from: number): number {
    const fresh = block !== this.#block;
    this.#block = block;
    let first = -1;
    for (const search of this.#searches) {
      if (fresh || (search.next >= 0 && search.next < from)) {
        search.pattern.lastIndex = from;
        search.next = search.pattern.exec(block)?.index ?? -1;
      }
      if (search.next >= 0 && (first < 0 || search.next < first)) first = search.next;
    }
    return first;
  }
}
