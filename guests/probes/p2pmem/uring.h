/* SPDX-License-Identifier: GPL-2.0-only */
/* An io_uring for one request at a time. */
#ifndef LASTREF_URING_H
#define LASTREF_URING_H

#include "p2pmem.h"

#include <linux/io_uring.h>

struct ring {
	int fd;
	struct io_uring_params params;
	uint8_t *submission, *completion;
	size_t submission_size, completion_size, entries_size;
	struct io_uring_sqe *entries;
};

/* `flags` are IORING_SETUP_*. 0 or an errno. */
int ring_open(struct ring *ring, unsigned flags);
/* Hands entries[0] to the kernel; false with errno. */
bool ring_submit(struct ring *ring);
/* Waits for its result. */
long ring_reap(struct ring *ring);
void ring_close(struct ring *ring);

#endif
