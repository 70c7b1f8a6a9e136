// SPDX-License-Identifier: GPL-2.0-only
/* A call whose nth allocation in the kernel fails (Documentation/fault-injection, "fail-nth"). */
#define _GNU_SOURCE
#include "p2pmem.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define ALIGNMENT (2ul << 20) /* what one page table spans: a fresh one must be allocated on the way */

/* The knob, wound up: the nth allocation from now on fails, of this thread alone. -1 with errno. */
static int arm(uint64_t nth)
{
	char text[24];
	int control = open("/proc/thread-self/fail-nth", O_RDWR | O_CLOEXEC);
	int error;

	if (control < 0)
		return -1;
	snprintf(text, sizeof(text), "%llu", (unsigned long long)nth);
	if (write(control, text, strlen(text)) < 0) {
		error = errno;
		close(control);
		errno = error;
		return -1;
	}
	return control;
}

/* True when the nth allocation was reached: the kernel has counted down to nothing. Closes the knob. */
static bool disarm(int control)
{
	char text[24] = "";
	bool injected = pread(control, text, sizeof(text) - 1, 0) > 0 && text[0] == '0';

	injected = write(control, "0", 1) > 0 && injected;
	close(control);
	return injected;
}

/* `ok errno=` (none: the call succeeded), and injected=1 when there was an nth allocation. */
static void reply_failed(const struct request *request, int error, bool injected, bool torn)
{
	struct message message;

	message_ok(&message, request->seq);
	message_text(&message, "errno", error == 0 ? "none" : errno_name(error));
	message_unsigned(&message, "injected", injected);
	if (torn)
		message_unsigned(&message, "torn", 1);
	message_send(&message);
}

struct mapping {
	volatile uint8_t *address;
	uint64_t length;
};

static void look_at_every_page(void *argument)
{
	const struct mapping *mapping = argument;

	for (uint64_t at = 0; at < mapping->length; at += 4096)
		(void)mapping->address[at];
}

/* mapfail FD LENGTH NTH: maps at an address that has no page tables yet, and unmaps again. torn=1: mapped, but not all of it. */
VERB(mapfail)
{
	int fd = fd_named(request->argument[0]);
	uint64_t length, nth, span;
	int control, error;
	bool injected, torn;
	struct mapping mapping;
	struct fault fault;
	uint8_t *space;
	void *address;

	if (fd < 0)
		return reply_bad(request->seq, "no such descriptor");
	if (!parse_number(request->argument[1], &length) || !parse_number(request->argument[2], &nth))
		return reply_bad(request->seq, "expected FD LENGTH NTH");
	span = length + 2 * ALIGNMENT;
	space = mmap(NULL, span, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (space == MAP_FAILED)
		return reply_errno(request->seq, "mmap of the space", errno);
	address = (void *)(((uintptr_t)space + ALIGNMENT - 1) & ~(ALIGNMENT - 1));
	control = arm(nth);
	if (control < 0) {
		error = errno;
		munmap(space, span);
		return reply_errno(request->seq, "fail-nth", error);
	}
	address = mmap(address, length, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED, fd, 0);
	error = address == MAP_FAILED ? errno : 0;
	injected = disarm(control);
	mapping = (struct mapping){ .address = address, .length = length };
	torn = error == 0 && !run_guarded(look_at_every_page, &mapping, &fault);
	munmap(space, span);
	reply_failed(request, error, injected, torn);
}

/* writefail FD TEXT NTH: what a file of sysfs does on being written happens in the writer, who is out of memory. */
VERB(writefail)
{
	int fd = fd_named(request->argument[0]);
	const char *text = request->argument[1];
	int control, error;
	uint64_t nth;

	if (fd < 0)
		return reply_bad(request->seq, "no such descriptor");
	if (!parse_number(request->argument[2], &nth))
		return reply_bad(request->seq, "expected FD TEXT NTH");
	control = arm(nth);
	if (control < 0)
		return reply_errno(request->seq, "fail-nth", errno);
	error = pwrite(fd, text, strlen(text), 0) < 0 ? errno : 0;
	reply_failed(request, error, disarm(control), false);
}
