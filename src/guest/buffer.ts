import { LastrefError } from '../kit/errors.js';
import type { Owner } from './owner.js';
import { ownerOfWord } from './probe-protocol-canary.js';
import type { ProbeArea, Segment, Verified } from './probe-types.js';

/** Memory of one owner: an area, or a part of one. */
export class Buffer {
  readonly owner: Owner;
  readonly area: ProbeArea;
  /** Bytes from the area's start. */
  readonly offset: number;
  /** Bytes. */
  readonly length: number;
  #seed: number | null;
  #base: number;

  constructor(
    owner: Owner,
    area: ProbeArea,
    seed: number | null = null,
    range: { readonly offset?: number; readonly length?: number } = {},
  ) {
    this.owner = owner;
    this.area = area;
    this.offset = range.offset ?? 0;
    this.length = range.length ?? area.length - this.offset;
    this.#seed = seed;
    this.#base = this.offset;
  }

  get name(): string {
    const { name, length } = this.area;
    return this.length === length ? name : `${name}[${this.offset}..${this.offset + this.length}]`;
  }

  /** As what the kernel is handed. It may reach past the area's end. */
  get segment(): Segment {
    return { area: this.area, offset: this.offset, length: this.length };
  }

  /** Where in its canary this memory begins, in bytes. */
  get base(): number {
    return this.#base;
  }

  /** `length` bytes from `offset` of this buffer on. */
  part(offset: number, length: number): Buffer {
    return new Buffer(this.owner, this.area, this.#seed, { offset: this.offset + offset, length });
  }

  get seed(): number {
    if (this.#seed === null) throw new LastrefError(`${this.name} was never filled`, { blame: 'test' });
    return this.#seed;
  }

  /**
   * From now on the buffer is expected to hold this canary, because a read brought it there; `base` is where in the
   * canary its first byte belongs.
   */
  expectSeed(seed: number, base: number = this.offset): void {
    this.#seed = seed;
    this.#base = base;
  }

  /** Writes the canary of `seed` into every word: a word tells whose it is and where it belongs. */
  async fill(seed: number): Promise<void> {
    const { offset, length } = this;
    await this.owner.probe.fill(this.area, seed, { offset, length });
    this.expectSeed(seed);
  }

  /** Compares every word with the canary. */
  async verify(): Promise<Verified & { readonly detail: string }> {
    const { offset, length, base } = this;
    const seen = await this.owner.probe.verify(this.area, this.seed, { offset, length, base });
    return { ...seen, detail: describe(seen) };
  }

  /** The same memory as a forked child sees it. */
  in(child: Owner): Buffer {
    return new Buffer(child, this.area, this.#seed, this);
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
