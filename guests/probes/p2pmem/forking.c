// SPDX-License-Identifier: GPL-2.0-only
/*
 * Transfers of a process that forks all the while. The fast path of GUP gives up when a fork began under it
 * (mm/gup.c:gup_fast, write_protect_seq); the more pages a transfer has, the longer that can happen.
 */
#include "p2pmem.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <sys/wait.h>
#include <unistd.h>

#define FORKS_AT_LEAST 8

struct forking {
	atomic_bool stop;
	_Atomic uint64_t forked;
	atomic_int error; /* of a fork that failed */
};

static void *fork_on(void *argument)
{
	struct forking *forking = argument;

	while (!forking->stop) {
		pid_t child = fork();

		if (child == 0)
			_exit(0);
		if (child < 0) {
			forking->error = errno;
			break;
		}
		while (waitpid(child, NULL, 0) < 0 && errno == EINTR)
			;
		forking->forked++;
	}
	return NULL;
}

/* forking FD OFFSET SEGMENTS [count=N]: N writes of the segments, more if it has hardly forked by then; answers when they are done, or one was refused. */
VERB(forking)
{
	struct iovec segments[SEGMENT_LIMIT];
	struct forking forking = { 0 };
	int fd = fd_named(request->argument[0]);
	int parts = parse_segments(request->argument[2], segments);
	uint64_t offset, count, wanted = 0, done = 0;
	struct message message;
	pthread_t thread;
	int error;

	if (fd < 0)
		return reply_bad(request->seq, "no such descriptor");
	if (!parse_number(request->argument[1], &offset) || parts == 0 || !request_number(request, "count", 100, &count))
		return reply_bad(request->seq, "expected FD OFFSET NAME:OFFSET:LENGTH[,…] [count=N]");
	for (int part = 0; part < parts; part++)
		wanted += segments[part].iov_len;
	error = pthread_create(&thread, NULL, fork_on, &forking);
	if (error != 0)
		return reply_errno(request->seq, "pthread_create", error);
	while ((done < count || forking.forked < FORKS_AT_LEAST) && error == 0 && forking.error == 0) {
		ssize_t moved = pwritev(fd, segments, parts, (off_t)offset);

		if (moved >= 0 && (uint64_t)moved == wanted)
			done++;
		else if (moved >= 0 || errno != EINTR)
			error = moved >= 0 ? EIO : errno; /* a short one is none */
	}
	forking.stop = true;
	pthread_join(thread, NULL);
	if (error != 0)
		return reply_errno(request->seq, "pwritev", error);
	if (forking.error != 0)
		return reply_errno(request->seq, "fork", forking.error);
	message_ok(&message, request->seq);
	message_unsigned(&message, "done", done);
	message_unsigned(&message, "forked", forking.forked);
	message_send(&message);
}
