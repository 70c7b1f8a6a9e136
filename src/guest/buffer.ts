import { LastrefError } from '../kit/errors.js';
import type { Owner } from './owner.js';
import { ownerOfWord } from './probe-protocol-canary.js';
import type { ProbeArea, Verified } from './probe-types.js';

/** Memory of one owner. */
export class Buffer {
  readonly owner: Owner;
  readonly area: ProbeArea;
  #seed: number | null;

  constructor(owner: Owner, area: ProbeArea, seed: number | null = null) {
    this.owner = owner;
    this.area = area;
    this.#seed = seed;
  }

  get name(): string {
    return this.area.name;
  }

  /** Bytes. */
  get length(): number {
    return this.area.length;
  }

  get seed(): number {
    if (this.#seed === null) throw new LastrefError(`${this.name} was never filled`, { blame: 'test' });
    return this.#seed;
  }

  /** From now on the buffer is expected to hold this canary: because a read brought it there. */
  expectSeed(seed: number): void {
    this.#seed = seed;
  }

  /** Writes the canary of `seed` into every word: a word tells whose it is and where it belongs. */
  async fill(seed: number): Promise<void> {
    await this.owner.probe.fill(this.area, seed);
    this.#seed = seed;
  }

  /** Compares every word with the canary. */
  async verify(): Promise<Verified & { readonly detail: string }> {
    const seen = await this.owner.probe.verify(this.area, this.seed);
    return { ...seen, detail: describe(seen) };
  }

  /** The same memory as a forked child sees it. */
  in(child: Owner): Buffer {
    return new Buffer(child, this.area, this.#seed);
  }
}

/** Where the first wrong word is, and whose it is: canaries of other buffers have small seeds and offsets. */
function describe({ first }: Verified): string {
  if (first === null) return 'none';
  const { seed, offset } = ownerOfWord(first.seen);
  const whose =
    seed < 1_000_000 && offset < 2 ** 30
      ? `the word of seed ${seed} at byte ${offset}`
      : `0x${first.seen.toString(16)}`;
  return `first at byte ${first.offset}: ${whose}`;
}
