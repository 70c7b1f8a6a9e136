// SPDX-License-Identifier: GPL-2.0-only
/* Areas of memory: mappings of descriptors and plain RAM, under names. */
#define _GNU_SOURCE
#include "names.h"
#include "p2pmem.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>

#define AREA_SLOTS 20000 /* a 64 MiB pool in single pages is 16384 of them */

static struct name_slot slots[AREA_SLOTS];
static struct names names = { .slot = slots, .capacity = AREA_SLOTS };
static struct area areas[AREA_SLOTS];

struct area *area_named(const char *name)
{
	int slot = names_find(&names, name);

	return slot < 0 ? NULL : &areas[slot];
}

/* NULL after a reply. */
static struct area *wanted_area(const struct request *request)
{
	struct area *area = area_named(request->argument[0]);

	if (area == NULL)
		reply_bad(request->seq, "no such area");
	return area;
}

bool area_range(const struct request *request, const struct area *area, uint64_t *from, uint64_t *count)
{
	if (request_number(request, "off", 0, from) && *from <= area->length &&
	    request_number(request, "len", area->length - *from, count) && *count <= area->length - *from)
		return true;
	reply_bad(request->seq, "off= and len= must lie inside the area");
	return false;
}

int parse_segments(const char *text, struct iovec segments[SEGMENT_LIMIT])
{
	int count = 0;

	for (;;) {
		size_t length = strcspn(text, ",");
		char part[128];
		char *offset, *size;
		struct area *area;
		uint64_t from, bytes;

		if (count == SEGMENT_LIMIT || length >= sizeof(part))
			return 0;
		memcpy(part, text, length);
		part[length] = '\0';
		offset = strchr(part, ':');
		if (offset == NULL)
			return 0;
		*offset++ = '\0';
		size = strchr(offset, ':');
		if (size == NULL)
			return 0;
		*size++ = '\0';
		area = area_named(part);
		/* Beyond the end of an area is allowed: what the kernel makes of that is a question of its own. */
		if (area == NULL || !parse_number(offset, &from) || !parse_number(size, &bytes))
			return 0;
		segments[count++] = (struct iovec){ area->address + from, bytes };
		text += length;
		if (*text == '\0')
			return count;
		text++;
	}
}

static int protection(const char *text)
{
	if (text == NULL || strcmp(text, "rw") == 0)
		return PROT_READ | PROT_WRITE;
	if (strcmp(text, "r") == 0)
		return PROT_READ;
	if (strcmp(text, "w") == 0)
		return PROT_WRITE;
	if (strcmp(text, "none") == 0)
		return PROT_NONE;
	return -1;
}

static void add_area(const struct request *request, const char *name, void *address, uint64_t length)
{
	struct message message;
	int slot = names_add(&names, name);

	if (slot < 0) {
		munmap(address, length);
		return reply_bad(request->seq, "too many areas");
	}
	areas[slot] = (struct area){ address, length };
	message_ok(&message, request->seq);
	message_hex(&message, "addr", (uintptr_t)address);
	message_unsigned(&message, "len", length);
	message_send(&message);
}

static bool is_new_name(const struct request *request, const char *name)
{
	if (is_name(name) && area_named(name) == NULL)
		return true;
	reply_bad(request->seq, "the area needs a new name");
	return false;
}

/* map NAME FD LENGTH [private] [populate] [locked] [fixed] [offset=N] [prot=rw|r|w|none] [addr=0x…] */
VERB(map)
{
	int fd = fd_named(request->argument[1]);
	int prot = protection(request_option(request, "prot"));
	int flags = request_has(request, 3, "private") ? MAP_PRIVATE : MAP_SHARED;
	uint64_t length, offset, where;
	void *address;

	if (!is_new_name(request, request->argument[0]))
		return;
	if (fd < 0)
		return reply_bad(request->seq, "no such descriptor");
	if (prot < 0 || !parse_number(request->argument[2], &length) ||
	    !request_number(request, "offset", 0, &offset) || !request_number(request, "addr", 0, &where))
		return reply_bad(request->seq, "expected NAME FD LENGTH [offset=N] [prot=rw|r|w|none] [addr=0x…]");
	if (request_has(request, 3, "populate"))
		flags |= MAP_POPULATE;
	if (request_has(request, 3, "locked"))
		flags |= MAP_LOCKED;
	if (where != 0)
		flags |= request_has(request, 3, "fixed") ? MAP_FIXED : MAP_FIXED_NOREPLACE;
	address = mmap((void *)(uintptr_t)where, length, prot, flags, fd, (off_t)offset);
	if (address == MAP_FAILED)
		return reply_errno(request->seq, "mmap", errno);
	add_area(request, request->argument[0], address, length);
}

/* anon NAME LENGTH [private]: ordinary memory, shared with children unless told otherwise */
VERB(anon)
{
	int flags = request_has(request, 2, "private") ? MAP_PRIVATE : MAP_SHARED;
	uint64_t length;
	void *address;

	if (!is_new_name(request, request->argument[0]))
		return;
	if (!parse_number(request->argument[1], &length))
		return reply_bad(request->seq, "expected NAME LENGTH");
	address = mmap(NULL, length, PROT_READ | PROT_WRITE, flags | MAP_ANONYMOUS, -1, 0);
	if (address == MAP_FAILED)
		return reply_errno(request->seq, "mmap", errno);
	add_area(request, request->argument[0], address, length);
}

/* unmap NAME forgets the area; with off= or len= the name stays, so that the hole can be touched. */
VERB(unmap)
{
	bool part = request_option(request, "off") != NULL || request_option(request, "len") != NULL;
	struct area *area = wanted_area(request);
	uint64_t from, count;

	if (area == NULL || !area_range(request, area, &from, &count))
		return;
	if (munmap(area->address + from, count) != 0)
		return reply_errno(request->seq, "munmap", errno);
	if (!part)
		names_remove(&names, names_find(&names, request->argument[0]));
	reply_ok(request->seq);
}

VERB(mprotect)
{
	struct area *area = wanted_area(request);
	int prot = protection(request->argument[1]);
	uint64_t from, count;

	if (area == NULL || !area_range(request, area, &from, &count))
		return;
	if (prot < 0)
		return reply_bad(request->seq, "the protection is rw, r, w or none");
	if (mprotect(area->address + from, count, prot) != 0)
		return reply_errno(request->seq, "mprotect", errno);
	reply_ok(request->seq);
}

#ifndef MADV_COLD
#define MADV_COLD 20
#define MADV_PAGEOUT 21
#endif
#ifndef MADV_SOFT_OFFLINE
#define MADV_SOFT_OFFLINE 101 /* in the kernel's headers, not in the C library's */
#endif

static const struct {
	const char *name;
	int advice;
} advices[] = {
	{ "dontneed", MADV_DONTNEED }, { "free", MADV_FREE },	      { "remove", MADV_REMOVE },
	{ "cold", MADV_COLD },	       { "pageout", MADV_PAGEOUT },   { "willneed", MADV_WILLNEED },
	{ "dontfork", MADV_DONTFORK }, { "dofork", MADV_DOFORK },     { "wipeonfork", MADV_WIPEONFORK },
	{ "dontdump", MADV_DONTDUMP }, { "dodump", MADV_DODUMP },     { "mergeable", MADV_MERGEABLE },
	{ "hugepage", MADV_HUGEPAGE }, { "hwpoison", MADV_HWPOISON }, { "soft-offline", MADV_SOFT_OFFLINE },
};

VERB(madvise)
{
	struct area *area = wanted_area(request);
	uint64_t from, count;

	if (area == NULL || !area_range(request, area, &from, &count))
		return;
	for (size_t row = 0; row < sizeof(advices) / sizeof(advices[0]); row++) {
		if (strcmp(advices[row].name, request->argument[1]) != 0)
			continue;
		if (madvise(area->address + from, count, advices[row].advice) != 0)
			return reply_errno(request->seq, "madvise", errno);
		return reply_ok(request->seq);
	}
	reply_bad(request->seq, "unknown advice");
}

/*
 * mremap NAME NEWLENGTH [maymove] [dontunmap] [old=LENGTH] [to=0x…] [as=NEWNAME]
 * With as= the result is a second area and the first name keeps its addresses (old=0, dontunmap).
 */
VERB(mremap)
{
	const char *as = request_option(request, "as");
	struct area *area = wanted_area(request);
	uint64_t length, old, to;
	struct message message;
	int flags = 0;
	void *address;

	if (area == NULL || (as != NULL && !is_new_name(request, as)))
		return;
	if (!parse_number(request->argument[1], &length) || !request_number(request, "old", area->length, &old) ||
	    !request_number(request, "to", 0, &to))
		return reply_bad(request->seq, "expected NAME NEWLENGTH [old=N] [to=0x…]");
	if (request_has(request, 2, "maymove") || to != 0)
		flags |= MREMAP_MAYMOVE;
	if (request_has(request, 2, "dontunmap"))
		flags |= MREMAP_MAYMOVE | MREMAP_DONTUNMAP;
	if (to != 0)
		flags |= MREMAP_FIXED;
	address = mremap(area->address, old, length, flags, (void *)(uintptr_t)to);
	if (address == MAP_FAILED)
		return reply_errno(request->seq, "mremap", errno);
	if (as != NULL)
		return add_area(request, as, address, length);
	*area = (struct area){ address, length };
	message_ok(&message, request->seq);
	message_hex(&message, "addr", (uintptr_t)address);
	message_unsigned(&message, "len", length);
	message_send(&message);
}

static void lock_area(const struct request *request, const char *call, int (*lock)(const void *, size_t))
{
	struct area *area = wanted_area(request);
	uint64_t from, count;

	if (area == NULL || !area_range(request, area, &from, &count))
		return;
	if (lock(area->address + from, count) != 0)
		return reply_errno(request->seq, call, errno);
	reply_ok(request->seq);
}

VERB(mlock)
{
	lock_area(request, "mlock", mlock);
}

VERB(munlock)
{
	lock_area(request, "munlock", munlock);
}

VERB(mlockall)
{
	if (mlockall(request_has(request, 0, "future") ? MCL_CURRENT | MCL_FUTURE : MCL_CURRENT) != 0)
		return reply_errno(request->seq, "mlockall", errno);
	reply_ok(request->seq);
}
