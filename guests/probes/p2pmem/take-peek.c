// SPDX-License-Identifier: GPL-2.0-only
/* Pipes, other processes, futexes, and plain copies. */
#define _GNU_SOURCE
#include "take.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/futex.h>
#include <stdio.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

/* The area's pages into a pipe (fs/splice.c:vmsplice_to_pipe). */
TAKER(vmsplice)
{
	struct iovec part = { take->at, take->count };
	int ends[2];
	long moved;

	if (pipe2(ends, O_CLOEXEC | O_NONBLOCK) != 0)
		return lacking(take, "pipe");
	moved = vmsplice(ends[1], &part, 1, SPLICE_F_NONBLOCK);
	moved = moved < 0 ? refused(take, "vmsplice") : moved;
	close(ends[0]);
	close(ends[1]);
	return moved;
}

static long process_vm(struct take *take)
{
	static uint64_t words[512];
	struct iovec here = { words, take->count < sizeof(words) ? take->count : sizeof(words) };
	struct iovec there = { take->at, here.iov_len };
	bool writes = wants(take, "write");
	long moved = writes ? process_vm_writev(getppid(), &here, 1, &there, 1, 0) :
			      process_vm_readv(getppid(), &here, 1, &there, 1, 0);

	return moved < 0 ? refused(take, writes ? "process_vm_writev" : "process_vm_readv") : moved;
}

/* process-vm [write]: a child reads (writes) its parent's memory. */
TAKER(process_vm)
{
	return in_child(take, process_vm);
}

static long by_ptrace(struct take *take)
{
	pid_t parent = getppid();
	long result;

	if (ptrace(PTRACE_ATTACH, parent, NULL, NULL) != 0)
		return lacking(take, "ptrace(ATTACH)");
	while (waitpid(parent, NULL, __WALL) < 0 && errno == EINTR)
		;
	errno = 0;
	if (wants(take, "write")) {
		result = ptrace(PTRACE_POKEDATA, parent, take->at, 0) == 0 ? 0 : refused(take, "ptrace(POKEDATA)");
	} else {
		ptrace(PTRACE_PEEKDATA, parent, take->at, NULL);
		result = errno == 0 ? 0 : refused(take, "ptrace(PEEKDATA)");
	}
	ptrace(PTRACE_DETACH, parent, NULL, NULL);
	return result;
}

/* ptrace [write]: a child peeks (pokes) one word of its parent. */
TAKER(ptrace)
{
	return in_child(take, by_ptrace);
}

static long proc_mem(struct take *take)
{
	uint64_t word = 0;
	char path[64];
	long moved;
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/mem", getppid());
	fd = open(path, O_RDWR | O_CLOEXEC);
	if (fd < 0)
		return lacking(take, "open");
	if (wants(take, "write"))
		moved = pwrite(fd, &word, sizeof(word), (off_t)(uintptr_t)take->at);
	else
		moved = pread(fd, &word, sizeof(word), (off_t)(uintptr_t)take->at);
	moved = moved < 0 ? refused(take, wants(take, "write") ? "pwrite" : "pread") : moved;
	close(fd);
	return moved;
}

/* proc-mem [write]: a child uses /proc/PID/mem of its parent. */
TAKER(proc_mem)
{
	return in_child(take, proc_mem);
}

/* futex [private]: waking nobody needs the key, and a shared key needs the page (kernel/futex/core.c:get_futex_key). */
TAKER(futex)
{
	int operation = FUTEX_WAKE | (wants(take, "private") ? FUTEX_PRIVATE_FLAG : 0);
	long woken = syscall(SYS_futex, take->at, operation, 1, NULL, NULL, 0);

	return woken < 0 ? refused(take, "futex") : woken;
}

/* copy pipe|socket|file: the same bytes by a plain copy, out of the area and back into its second half. */
TAKER(copy)
{
	uint64_t half = take->count / 2;
	int ends[2] = { -1, -1 };
	long moved;

	if (wants(take, "pipe") ? pipe(ends) != 0 :
	    wants(take, "socket") ? socketpair(AF_UNIX, SOCK_STREAM, 0, ends) != 0 :
				    (ends[0] = ends[1] = open("/tmp", O_TMPFILE | O_RDWR, 0600)) < 0)
		return lacking(take, "open");
	moved = write(ends[1], take->at, half);
	if (moved == (long)half && ends[0] == ends[1] && lseek(ends[0], 0, SEEK_SET) != 0)
		moved = -1;
	if (moved == (long)half)
		moved = read(ends[0], take->at + half, half);
	moved = moved < 0 ? refused(take, "write or read") : moved;
	close(ends[0]);
	if (ends[1] != ends[0])
		close(ends[1]);
	return moved;
}
