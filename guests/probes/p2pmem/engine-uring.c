// SPDX-License-Identifier: GPL-2.0-only
/* One read or write through an io_uring of its own: raw system calls, since no library is there to lean on. */
#define _GNU_SOURCE
#include "uring.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Not for children: a child that kept the ring would keep its requests alive too. */
static void *map_ring(int fd, size_t size, off_t what)
{
	void *address = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE, fd, what);

	if (address != MAP_FAILED)
		madvise(address, size, MADV_DONTFORK);
	return address;
}

void ring_close(struct ring *ring)
{
	engines_lock();
	if (ring->entries != MAP_FAILED)
		munmap(ring->entries, ring->entries_size);
	if (ring->completion != MAP_FAILED)
		munmap(ring->completion, ring->completion_size);
	if (ring->submission != MAP_FAILED)
		munmap(ring->submission, ring->submission_size);
	close(ring->fd);
	engines_unlock();
}

/* 0 or an errno. The two-mapping form works on every kernel that has io_uring. */
int ring_open(struct ring *ring, unsigned flags)
{
	size_t entry = flags & IORING_SETUP_SQE128 ? 2 * sizeof(struct io_uring_sqe) : sizeof(struct io_uring_sqe);
	size_t result = flags & IORING_SETUP_CQE32 ? 2 * sizeof(struct io_uring_cqe) : sizeof(struct io_uring_cqe);
	int error = 0;

	memset(ring, 0, sizeof(*ring));
	ring->params.flags = flags;
	engines_lock();
	ring->fd = (int)syscall(SYS_io_uring_setup, 1, &ring->params);
	if (ring->fd < 0) {
		error = errno;
		engines_unlock();
		return error;
	}
	ring->submission_size = ring->params.sq_off.array + ring->params.sq_entries * sizeof(uint32_t);
	ring->completion_size = ring->params.cq_off.cqes + ring->params.cq_entries * result;
	ring->entries_size = ring->params.sq_entries * entry;
	ring->submission = map_ring(ring->fd, ring->submission_size, IORING_OFF_SQ_RING);
	ring->completion = map_ring(ring->fd, ring->completion_size, IORING_OFF_CQ_RING);
	ring->entries = map_ring(ring->fd, ring->entries_size, IORING_OFF_SQES);
	if (ring->submission == MAP_FAILED || ring->completion == MAP_FAILED || ring->entries == MAP_FAILED)
		error = errno;
	engines_unlock();
	if (error != 0)
		ring_close(ring);
	return error;
}

static void prepare(struct ring *ring, struct work *work)
{
	struct io_uring_sqe *entry = &ring->entries[0];

	memset(entry, 0, sizeof(*entry));
	entry->fd = work->fd;
	entry->off = work->offset;
	if (work->segments == 1) {
		entry->opcode = work->is_write ? IORING_OP_WRITE : IORING_OP_READ;
		entry->addr = (uintptr_t)work->segment[0].iov_base;
		entry->len = (uint32_t)work->segment[0].iov_len;
	} else {
		entry->opcode = work->is_write ? IORING_OP_WRITEV : IORING_OP_READV;
		entry->addr = (uintptr_t)work->segment;
		entry->len = (uint32_t)work->segments;
	}
}

static long enter(struct ring *ring, unsigned submit, unsigned wait)
{
	long count;

	do {
		count = syscall(SYS_io_uring_enter, ring->fd, submit, wait, wait > 0 ? IORING_ENTER_GETEVENTS : 0, NULL, 0);
	} while (count < 0 && errno == EINTR);
	return count;
}

bool ring_submit(struct ring *ring)
{
	uint32_t *tail = (uint32_t *)(ring->submission + ring->params.sq_off.tail);
	uint32_t *array = (uint32_t *)(ring->submission + ring->params.sq_off.array);

	array[0] = 0;
	__atomic_store_n(tail, 1, __ATOMIC_RELEASE);
	return enter(ring, 1, 0) == 1;
}

long ring_reap(struct ring *ring)
{
	uint32_t *tail = (uint32_t *)(ring->completion + ring->params.cq_off.tail);
	struct io_uring_cqe *entries = (struct io_uring_cqe *)(ring->completion + ring->params.cq_off.cqes);

	while (__atomic_load_n(tail, __ATOMIC_ACQUIRE) == 0) {
		if (enter(ring, 0, 1) < 0)
			return -errno;
	}
	return entries[0].res;
}

long uring_run(struct work *work)
{
	struct ring ring;
	long result;

	work->call = "io_uring_setup";
	work->refused = ring_open(&ring, 0);
	if (work->refused != 0)
		return 0;
	prepare(&ring, work);
	work->call = "io_uring_enter";
	if (!ring_submit(&ring)) {
		work->refused = errno;
		ring_close(&ring);
		return 0;
	}
	work->accepted(work, "uring");
	result = ring_reap(&ring);
	ring_close(&ring);
	return result;
}
