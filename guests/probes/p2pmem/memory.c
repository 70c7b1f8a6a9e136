// SPDX-License-Identifier: GPL-2.0-only
/*
 * Accesses to areas. Device memory is emulated MMIO: under KVM a wide (vector) access to it is not emulated, so
 * every access here is volatile and at most 8 bytes, and no library function ever sees an area.
 */
#include "p2pmem.h"

#include <string.h>

/* What a walk over an area has done when it ends or is cut off. */
struct walk {
	volatile uint8_t *base;
	volatile uint8_t *other;
	uint64_t from, count, stride, basis;
	uint64_t other_from;
	uint32_t seed;
	bool zero;
	/* results */
	uintptr_t volatile touched;
	uint64_t volatile words, mismatches;
	uint64_t first, seen, expected;
};

static uint64_t load(struct walk *walk, volatile uint8_t *address)
{
	walk->touched = (uintptr_t)address;
	return *(volatile uint64_t *)address;
}

static void store(struct walk *walk, volatile uint8_t *address, uint64_t value)
{
	walk->touched = (uintptr_t)address;
	*(volatile uint64_t *)address = value;
}

static uint64_t belongs(const struct walk *walk, uint64_t at)
{
	return walk->zero ? 0 : canary_word(walk->seed, walk->basis + at - walk->from);
}

static void note_mismatch(struct walk *walk, uint64_t at, uint64_t seen, uint64_t expected)
{
	if (seen == expected)
		return;
	if (walk->mismatches == 0) {
		walk->first = at;
		walk->seen = seen;
		walk->expected = expected;
	}
	walk->mismatches++;
}

static void fill(void *argument)
{
	struct walk *walk = argument;

	for (uint64_t at = walk->from; at < walk->from + walk->count; at += walk->stride) {
		store(walk, walk->base + at, belongs(walk, at));
		walk->words++;
	}
}

static void verify(void *argument)
{
	struct walk *walk = argument;

	for (uint64_t at = walk->from; at < walk->from + walk->count; at += walk->stride) {
		note_mismatch(walk, at, load(walk, walk->base + at), belongs(walk, at));
		walk->words++;
	}
}

static void copy(void *argument)
{
	struct walk *walk = argument;

	for (uint64_t at = 0; at < walk->count; at += 8) {
		store(walk, walk->other + walk->other_from + at, load(walk, walk->base + walk->from + at));
		walk->words++;
	}
}

static void compare(void *argument)
{
	struct walk *walk = argument;

	for (uint64_t at = 0; at < walk->count; at += 8) {
		uint64_t seen = load(walk, walk->base + walk->from + at);

		note_mismatch(walk, walk->from + at, seen, load(walk, walk->other + walk->other_from + at));
		walk->words++;
	}
}

static void parity(void *argument)
{
	struct walk *walk = argument;

	for (uint64_t at = 0; at < walk->count; at += 8) {
		uint64_t word = load(walk, walk->other + walk->other_from + at);

		store(walk, walk->other + walk->other_from + at, word ^ load(walk, walk->base + walk->from + at));
		walk->words++;
	}
}

static void report(const struct request *request, void (*body)(void *), struct walk *walk, bool compares)
{
	struct message message;
	struct fault fault;
	bool whole = run_guarded(body, walk, &fault);

	if (whole) {
		message_ok(&message, request->seq);
	} else {
		message_fault(&message, request->seq, fault.signal);
		describe_fault(&message, &fault, walk->touched);
		if (walk->other == NULL)
			message_unsigned(&message, "off", walk->touched - (uintptr_t)walk->base);
	}
	message_unsigned(&message, "words", walk->words);
	if (compares) {
		message_unsigned(&message, "mismatches", walk->mismatches);
		if (walk->mismatches > 0) {
			message_unsigned(&message, "first", walk->first);
			message_hex(&message, "seen", walk->seen);
			message_hex(&message, "expected", walk->expected);
		}
	}
	message_send(&message);
}

/* NAME SEED|zero [off=] [len=] [stride=] [base=]: base is the canary's offset at off, for bytes that were moved. */
static void walk_seeded(const struct request *request, void (*body)(void *), bool compares)
{
	struct area *area = area_named(request->argument[0]);
	struct walk walk = { .zero = strcmp(request->argument[1], "zero") == 0 };
	uint64_t seed = 0;

	if (area == NULL)
		return reply_bad(request->seq, "no such area");
	if (!area_range(request, area, &walk.from, &walk.count))
		return;
	if (!walk.zero && (!parse_number(request->argument[1], &seed) || seed > UINT32_MAX))
		return reply_bad(request->seq, "the seed is `zero` or a number of 32 bits");
	if (!request_number(request, "stride", 8, &walk.stride) || !request_number(request, "base", walk.from, &walk.basis))
		return reply_bad(request->seq, "stride= and base= are numbers");
	if (walk.stride == 0 || walk.stride > UINT32_MAX || (walk.from | walk.count | walk.stride | walk.basis) % 8 != 0)
		return reply_bad(request->seq, "off=, len=, stride= and base= are multiples of 8, stride= of 32 bits and not 0");
	walk.base = area->address;
	walk.seed = (uint32_t)seed;
	report(request, body, &walk, compares);
}

VERB(fill)
{
	walk_seeded(request, fill, false);
}

VERB(verify)
{
	walk_seeded(request, verify, true);
}

/* A AOFFSET B BOFFSET LENGTH */
static void walk_pair(const struct request *request, void (*body)(void *), bool compares)
{
	struct area *one = area_named(request->argument[0]);
	struct area *other = area_named(request->argument[2]);
	struct walk walk = { .stride = 8 };

	if (one == NULL || other == NULL)
		return reply_bad(request->seq, "no such area");
	if (!parse_number(request->argument[1], &walk.from) || !parse_number(request->argument[3], &walk.other_from) ||
	    !parse_number(request->argument[4], &walk.count) || (walk.from | walk.other_from | walk.count) % 8 != 0)
		return reply_bad(request->seq, "expected A OFFSET B OFFSET LENGTH, multiples of 8");
	if (walk.from > one->length || walk.count > one->length - walk.from || walk.other_from > other->length ||
	    walk.count > other->length - walk.other_from)
		return reply_bad(request->seq, "offset and length must lie inside the area");
	walk.base = one->address;
	walk.other = other->address;
	report(request, body, &walk, compares);
}

VERB(copy)
{
	walk_pair(request, copy, false);
}

/* parity A AOFFSET B BOFFSET LENGTH: B becomes the exclusive or of both. */
VERB(parity)
{
	walk_pair(request, parity, false);
}

VERB(compare)
{
	walk_pair(request, compare, true);
}

struct access {
	volatile uint8_t *address;
	uint64_t value, width;
	bool is_write;
};

static void access_once(void *argument)
{
	struct access *access = argument;

	if (access->is_write) {
		switch (access->width) {
		case 1:
			*access->address = (uint8_t)access->value;
			break;
		case 2:
			*(volatile uint16_t *)access->address = (uint16_t)access->value;
			break;
		case 4:
			*(volatile uint32_t *)access->address = (uint32_t)access->value;
			break;
		default:
			*(volatile uint64_t *)access->address = access->value;
		}
	} else {
		switch (access->width) {
		case 1:
			access->value = *access->address;
			break;
		case 2:
			access->value = *(volatile uint16_t *)access->address;
			break;
		case 4:
			access->value = *(volatile uint32_t *)access->address;
			break;
		default:
			access->value = *(volatile uint64_t *)access->address;
		}
	}
}

/* touch NAME OFFSET r|w [VALUE] [width=1|2|4|8] */
VERB(touch)
{
	struct area *area = area_named(request->argument[0]);
	struct access access = { .is_write = strcmp(request->argument[2], "w") == 0 };
	struct message message;
	struct fault fault;
	uint64_t offset;

	if (area == NULL)
		return reply_bad(request->seq, "no such area");
	if (!parse_number(request->argument[1], &offset) || !request_number(request, "width", 8, &access.width) ||
	    (access.width != 1 && access.width != 2 && access.width != 4 && access.width != 8) ||
	    (!access.is_write && strcmp(request->argument[2], "r") != 0))
		return reply_bad(request->seq, "expected NAME OFFSET r|w [VALUE] [width=1|2|4|8]");
	if (access.is_write && (request->arguments < 4 || !parse_number(request->argument[3], &access.value)))
		return reply_bad(request->seq, "a write needs a value");
	if (offset % access.width != 0 || offset > area->length || access.width > area->length - offset)
		return reply_bad(request->seq, "the offset must be aligned and lie inside the area");
	access.address = area->address + offset;
	if (run_guarded(access_once, &access, &fault)) {
		message_ok(&message, request->seq);
		message_hex(&message, "value", access.value);
	} else {
		message_fault(&message, request->seq, fault.signal);
		describe_fault(&message, &fault, (uintptr_t)access.address);
		message_unsigned(&message, "off", offset);
	}
	message_send(&message);
}

#define PEEK_LIMIT 512

struct peek {
	struct walk walk;
	uint64_t value[PEEK_LIMIT / 8];
};

static void peek(void *argument)
{
	struct peek *peek = argument;

	for (uint64_t at = 0; at < peek->walk.count; at += 8)
		peek->value[at / 8] = load(&peek->walk, peek->walk.base + peek->walk.from + at);
}

/* peek NAME OFFSET LENGTH: up to 512 bytes as hexadecimal digits, in memory order */
VERB(peek)
{
	struct area *area = area_named(request->argument[0]);
	struct peek seen = { .walk = { .stride = 8 } };
	char digits[PEEK_LIMIT * 2 + 1] = "";
	struct message message;
	struct fault fault;

	if (area == NULL)
		return reply_bad(request->seq, "no such area");
	if (!parse_number(request->argument[1], &seen.walk.from) || !parse_number(request->argument[2], &seen.walk.count) ||
	    (seen.walk.from | seen.walk.count) % 8 != 0 || seen.walk.count > PEEK_LIMIT ||
	    seen.walk.from > area->length || seen.walk.count > area->length - seen.walk.from)
		return reply_bad(request->seq, "expected NAME OFFSET LENGTH, multiples of 8, inside the area, at most 512");
	seen.walk.base = area->address;
	if (!run_guarded(peek, &seen, &fault)) {
		message_fault(&message, request->seq, fault.signal);
		describe_fault(&message, &fault, seen.walk.touched);
		return message_send(&message);
	}
	for (uint64_t at = 0; at < seen.walk.count; at++) {
		uint8_t byte = (uint8_t)(seen.value[at / 8] >> (at % 8 * 8));

		digits[at * 2] = "0123456789abcdef"[byte >> 4];
		digits[at * 2 + 1] = "0123456789abcdef"[byte & 15];
	}
	message_ok(&message, request->seq);
	message_text(&message, "hex", digits);
	message_send(&message);
}
