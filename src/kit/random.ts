/** 32 bits of a text (FNV-1a, finished so that texts which differ in their last letter are far apart). */
export function hash32(text: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index += 1) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  }
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

/** Chance that can be repeated: the same seed and name give the same numbers, on every host. Not for secrets. */
export class Random {
  /** What gives these numbers again. */
  readonly seed: number;
  #state: number;

  constructor(seed: number, name = '') {
    this.seed = seed;
    this.#state = hash32(`${seed} ${name}`);
  }

  /** A whole number from 0 to `bound` - 1. */
  below(bound: number): number {
    // splitmix32
    this.#state = (this.#state + 0x9e3779b9) >>> 0;
    let z = this.#state;
    z = Math.imul(z ^ (z >>> 16), 0x21f0aaad);
    z = Math.imul(z ^ (z >>> 15), 0x735a2d97);
    return Math.floor((((z ^ (z >>> 15)) >>> 0) / 2 ** 32) * bound);
  }

  /** One of a list that is not empty. */
  pick<T>(list: readonly [T, ...T[]]): T {
    return list[this.below(list.length)] ?? list[0];
  }
}
