// SPDX-License-Identifier: GPL-2.0-only
/*
 * Asynchronous I/O. Every request runs in a thread with an engine of its own: nothing is shared between two
 * requests, the main loop keeps answering while the kernel holds one, and a submission that itself blocks
 * (a frozen queue) delays only its own reply.
 */
#include "p2pmem.h"

#include <errno.h>
#include <pthread.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#define FLIGHT_LIMIT 64

struct flight {
	struct work work; /* first: the engine hands it back to accepted() */
	bool used;
	char id[NAME_LIMIT + 1];
	char seq[24];
	char wish[8]; /* auto, uring, aio or thread */
	const char *engine;
	uint64_t since;
};

static struct flight flights[FLIGHT_LIMIT];
static pthread_mutex_t table = PTHREAD_MUTEX_INITIALIZER;
/* Held while an engine makes or unmakes kernel objects, and over fork: a child must not inherit half of one. */
static pthread_mutex_t engines = PTHREAD_MUTEX_INITIALIZER;

void engines_lock(void)
{
	pthread_mutex_lock(&engines);
}

void engines_unlock(void)
{
	pthread_mutex_unlock(&engines);
}

void submit_restart(void)
{
	pthread_mutex_init(&engines, NULL);
	pthread_mutex_init(&table, NULL);
	memset(flights, 0, sizeof(flights));
}

static void accepted(struct work *work, const char *engine)
{
	struct flight *flight = (struct flight *)work;
	struct message message;

	flight->engine = engine;
	message_ok(&message, flight->seq);
	message_text(&message, "engine", engine);
	message_signed(&message, "tid", syscall(SYS_gettid));
	message_send(&message);
}

static long thread_run(struct work *work)
{
	ssize_t moved;

	work->accepted(work, "thread");
	do {
		moved = work->is_write ? pwritev(work->fd, work->segment, work->segments, (off_t)work->offset) :
					 preadv(work->fd, work->segment, work->segments, (off_t)work->offset);
	} while (moved < 0 && errno == EINTR);
	return moved < 0 ? -errno : moved;
}

/* The engine that was asked for, or the best that this kernel has. */
static long run_engine(struct flight *flight)
{
	bool any = strcmp(flight->wish, "auto") == 0;
	long moved = 0;

	flight->work.refused = ENOSYS;
	if (any || strcmp(flight->wish, "uring") == 0)
		moved = uring_run(&flight->work);
	if ((any && (flight->work.refused == ENOSYS || flight->work.refused == EPERM)) ||
	    strcmp(flight->wish, "aio") == 0)
		moved = aio_run(&flight->work);
	if ((any && flight->work.refused == ENOSYS) || strcmp(flight->wish, "thread") == 0) {
		flight->work.refused = 0;
		moved = thread_run(&flight->work);
	}
	return moved;
}

static void land(struct flight *flight)
{
	pthread_mutex_lock(&table);
	flight->used = false;
	pthread_mutex_unlock(&table);
}

static void *fly(void *argument)
{
	struct flight *flight = argument;
	struct message message;
	long moved = run_engine(flight);

	if (flight->work.refused != 0) {
		message_err(&message, flight->seq, flight->work.refused);
		message_text(&message, "call", flight->work.call);
	} else {
		message_event(&message, "complete");
		message_text(&message, "id", flight->id);
		message_text(&message, "op", flight->work.is_write ? "write" : "read");
		message_signed(&message, "res", moved);
		if (moved < 0)
			message_text(&message, "errno", errno_name((int)-moved));
		message_text(&message, "engine", flight->engine);
		message_unsigned(&message, "elapsed_us", now_us() - flight->since);
	}
	land(flight); /* before the line: whoever reads it may reuse the id */
	message_send(&message);
	return NULL;
}

/* A free place for a request that is not in flight already; NULL after a reply. */
static struct flight *take_off(const struct request *request)
{
	struct flight *free = NULL;
	bool taken = false;

	pthread_mutex_lock(&table);
	for (int i = 0; i < FLIGHT_LIMIT; i++) {
		if (!flights[i].used)
			free = &flights[i];
		else if (strcmp(flights[i].id, request->argument[0]) == 0)
			taken = true;
	}
	if (free != NULL && !taken) {
		memset(free, 0, sizeof(*free));
		free->used = true;
		strncpy(free->id, request->argument[0], sizeof(free->id) - 1);
		strncpy(free->seq, request->seq, sizeof(free->seq) - 1);
	}
	pthread_mutex_unlock(&table);
	if (taken)
		reply_bad(request->seq, "a request of that name is in flight");
	else if (free == NULL)
		reply_bad(request->seq, "too many requests in flight");
	return taken ? NULL : free;
}

/* submit ID write|read FD FILEOFFSET SEGMENTS [engine=auto|uring|aio|thread] */
VERB(submit)
{
	const char *engine = request_option(request, "engine");
	struct work work = { .accepted = accepted };
	struct flight *flight;
	int error;

	if (engine == NULL)
		engine = "auto";
	work.is_write = strcmp(request->argument[1], "write") == 0;
	work.fd = fd_named(request->argument[2]);
	work.segments = parse_segments(request->argument[4], work.segment);
	if (!is_name(request->argument[0]) || (!work.is_write && strcmp(request->argument[1], "read") != 0) ||
	    !parse_number(request->argument[3], &work.offset) || work.segments == 0)
		return reply_bad(request->seq, "expected ID write|read FD OFFSET NAME:OFFSET:LENGTH[,…]");
	if (work.fd < 0)
		return reply_bad(request->seq, "no such descriptor");
	if (strcmp(engine, "auto") != 0 && strcmp(engine, "uring") != 0 && strcmp(engine, "aio") != 0 &&
	    strcmp(engine, "thread") != 0)
		return reply_bad(request->seq, "the engine is auto, uring, aio or thread");
	flight = take_off(request);
	if (flight == NULL)
		return;
	flight->work = work;
	strncpy(flight->wish, engine, sizeof(flight->wish) - 1);
	flight->since = now_us();
	error = start_thread(fly, flight);
	if (error != 0) {
		land(flight);
		reply_errno(request->seq, "pthread_create", error);
	}
}

VERB(inflight)
{
	struct message message;
	unsigned count = 0;

	pthread_mutex_lock(&table);
	for (int i = 0; i < FLIGHT_LIMIT; i++)
		count += flights[i].used;
	pthread_mutex_unlock(&table);
	message_ok(&message, request->seq);
	message_unsigned(&message, "count", count);
	message_send(&message);
}
