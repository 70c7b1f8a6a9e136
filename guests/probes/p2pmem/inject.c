// SPDX-License-Identifier: GPL-2.0-only
/* One mmap whose nth allocation in the kernel fails (Documentation/fault-injection, "fail-nth"). */
#define _GNU_SOURCE
#include "p2pmem.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#define ALIGNMENT (2ul << 20) /* what one page table spans: a fresh one must be allocated on the way */

/*
 * mapfail FD LENGTH NTH: maps at an address that has no page tables yet, and unmaps again. `ok errno=` (none: it
 * succeeded) and injected=1 when the nth allocation was reached and failed.
 */
VERB(mapfail)
{
	int fd = fd_named(request->argument[0]);
	uint64_t length, nth, span;
	struct message message;
	char text[24] = "";
	int control, error;
	uint8_t *space;
	void *address;

	if (fd < 0)
		return reply_bad(request->seq, "no such descriptor");
	if (!parse_number(request->argument[1], &length) || !parse_number(request->argument[2], &nth))
		return reply_bad(request->seq, "expected FD LENGTH NTH");
	control = open("/proc/thread-self/fail-nth", O_RDWR | O_CLOEXEC);
	if (control < 0)
		return reply_errno(request->seq, "open", errno);
	span = length + 2 * ALIGNMENT;
	space = mmap(NULL, span, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (space == MAP_FAILED) {
		close(control);
		return reply_errno(request->seq, "mmap of the space", errno);
	}
	snprintf(text, sizeof(text), "%llu", (unsigned long long)nth);
	address = (void *)(((uintptr_t)space + ALIGNMENT - 1) & ~(ALIGNMENT - 1));
	if (write(control, text, sizeof(text)) < 0) {
		error = errno;
		munmap(space, span);
		close(control);
		return reply_errno(request->seq, "write", error);
	}
	address = mmap(address, length, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED, fd, 0);
	error = address == MAP_FAILED ? errno : 0;
	if (pread(control, text, sizeof(text) - 1, 0) < 0)
		text[0] = '?';
	if (write(control, "0", 1) < 0)
		text[0] = '?';
	close(control);
	munmap(space, span);
	message_ok(&message, request->seq);
	message_text(&message, "errno", error == 0 ? "none" : errno_name(error));
	message_unsigned(&message, "injected", text[0] == '0');
	message_send(&message);
}
