// SPDX-License-Identifier: GPL-2.0-only
/*
 * Canary words. Word number n of a buffer with seed s is a bijection of (s, n), so that a word found in the
 * wrong place still tells whose it was and where it belonged. The host side has the inverse.
 */
#include "p2pmem.h"

uint64_t canary_word(uint32_t seed, uint64_t offset)
{
	uint64_t word = ((uint64_t)seed << 32 | (uint32_t)(offset / 8)) ^ 0x6c61737472656621u;

	word = (word ^ (word >> 30)) * 0xbf58476d1ce4e5b9u;
	word = (word ^ (word >> 27)) * 0x94d049bb133111ebu;
	return word ^ (word >> 31);
}
