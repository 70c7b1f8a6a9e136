// SPDX-License-Identifier: GPL-2.0-only
/* The kernel's own test module for GUP (mm/gup_test.c): every variant of the call, with flags of our choice. */
#include "take.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

/* mm/gup_test.h is no part of the exported headers. */
struct gup_test {
	uint64_t get_delta_usec, put_delta_usec, addr, size;
	uint32_t nr_pages_per_call, gup_flags, test_flags, which_pages[8];
};

struct pin_longterm_test {
	uint64_t addr, size;
	uint32_t flags;
};

#define PIN_LONGTERM_TEST_START _IOW('g', 7, struct pin_longterm_test)
#define PIN_LONGTERM_TEST_STOP _IO('g', 8)
#define PIN_LONGTERM_WRITE 1
#define PIN_LONGTERM_FAST 2

static const struct {
	const char *name;
	unsigned long command;
} variants[] = {
	{ "get-fast", _IOWR('g', 1, struct gup_test) }, { "pin-fast", _IOWR('g', 2, struct gup_test) },
	{ "pin-longterm", _IOWR('g', 3, struct gup_test) }, { "get", _IOWR('g', 4, struct gup_test) },
	{ "pin", _IOWR('g', 5, struct gup_test) },
};

static int open_gup_test(void)
{
	return open("/sys/kernel/debug/gup_test", O_RDWR | O_CLOEXEC);
}

/*
 * gup VARIANT [flags=] [batch=]: pages walked over. The module asks for `batch` pages at a time (one unless told) and
 * stops at the first batch of which it gets fewer: one of which it got none is not counted, one it got in part is.
 */
TAKER(gup)
{
	const char *variant = take->request->arguments > 2 ? take->request->argument[2] : "";
	struct gup_test test = {
		.addr = (uintptr_t)take->at,
		.size = take->count,
		.nr_pages_per_call = wish(take, "batch") == 0 ? 1 : (uint32_t)wish(take, "batch"),
		.gup_flags = (uint32_t)wish(take, "flags"),
	};
	long result;
	int fd;

	for (size_t row = 0; row < sizeof(variants) / sizeof(variants[0]); row++) {
		if (strcmp(variants[row].name, variant) != 0)
			continue;
		fd = open_gup_test();
		if (fd < 0)
			return lacking(take, "open");
		result = ioctl(fd, variants[row].command, &test) == 0 ? (long)(test.size / 4096) :
									  refused(take, variant);
		close(fd);
		return result;
	}
	errno = EINVAL;
	return lacking(take, "unknown variant");
}

/* longterm [fast] [write]: FOLL_LONGTERM pins of the whole range, given back at once; the errno is the kernel's own. */
TAKER(longterm)
{
	struct pin_longterm_test test = {
		.addr = (uintptr_t)take->at,
		.size = take->count,
		.flags = (wants(take, "write") ? PIN_LONGTERM_WRITE : 0) | (wants(take, "fast") ? PIN_LONGTERM_FAST : 0),
	};
	int fd = open_gup_test();
	long result;

	if (fd < 0)
		return lacking(take, "open");
	result = ioctl(fd, PIN_LONGTERM_TEST_START, &test) == 0 ? (long)(take->count / 4096) :
								  refused(take, "PIN_LONGTERM_TEST_START");
	ioctl(fd, PIN_LONGTERM_TEST_STOP);
	close(fd);
	return result;
}
