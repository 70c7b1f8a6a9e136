/**
 * Canary words, as guests/probes/p2pmem/canary.c writes them: the word at a byte offset is a bijection of
 * (seed, offset), so a word found in the wrong place still tells whose it was and where it belonged.
 * The mixing is the finalizer of SplitMix64 (Steele, Lea, Flood 2014).
 */
const mask = (1n << 64n) - 1n;
const tag = 0x6c61737472656621n;
const multipliers = [0xbf58476d1ce4e5b9n, 0x94d049bb133111ebn] as const;
/** Their inverses modulo 2^64. */
const inverses = [0x96de1b173f119089n, 0x319642b2d24d8ec3n] as const;

/** The word that belongs at `offset` (bytes, a multiple of 8) of a buffer filled from `seed` (32 bits). */
export function canaryWord(seed: number, offset: number): bigint {
  let word = ((BigInt(seed >>> 0) << 32n) | BigInt(Math.floor(offset / 8) >>> 0)) ^ tag;
  word = ((word ^ (word >> 30n)) * multipliers[0]) & mask;
  word = ((word ^ (word >> 27n)) * multipliers[1]) & mask;
  return word ^ (word >> 31n);
}

/** `length` bytes from `offset` on of a buffer filled from `seed`: what must be on the disk after a write. */
export function canaryBytes(seed: number, offset: number, length: number): Buffer {
  const bytes = Buffer.alloc(length);
  for (let at = 0; at + 8 <= length; at += 8) bytes.writeBigUInt64LE(canaryWord(seed, offset + at), at);
  return bytes;
}

function unshift(word: bigint, by: bigint): bigint {
  let result = word;
  for (let shift = by; shift < 64n; shift += by) result = word ^ (result >> by);
  return result;
}

/** Whose word this is, if it is a canary at all: any 64 bits give an answer, so compare it with seeds in use. */
export function ownerOfWord(word: bigint): { readonly seed: number; readonly offset: number } {
  let back = unshift(word & mask, 31n);
  back = unshift((back * inverses[1]) & mask, 27n);
  back = unshift((back * inverses[0]) & mask, 30n) ^ tag;
  return { seed: Number(back >> 32n), offset: Number(back & 0xffffffffn) * 8 };
}
