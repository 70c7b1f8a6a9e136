// SPDX-License-Identifier: GPL-2.0-only
/*
 * remover: writes values to files that may take for ever (unbind, remove, …), each in a process of its own, so
 * that the write can be watched from outside: is it done, and if not, where in the kernel does it stand?
 *
 *   write NAME PATH VALUE     events `started name= pid=` and, when it returns, `done name= res= [errno=] elapsed_us=`
 *         [at=N]              VALUE is hexadecimal bytes, for byte N of the file (configuration space)
 *   stack NAME | stack pid=N  state, wait channel, kernel stack, context switches
 *   jobs                      how many writes have not returned
 */
#define _GNU_SOURCE
#include "remover/remover.h"
#include "shared/serve.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define JOB_LIMIT 64

struct outcome {
	long res;
	int error;
	const char *call;
	uint64_t elapsed_us;
};

struct job {
	bool used, done;
	char name[NAME_LIMIT + 1];
	pid_t pid;
	int pipe; /* an outcome comes out of it */
};

static struct job jobs[JOB_LIMIT];
static struct reader requests;

static struct job *job_named(const char *name)
{
	for (int i = 0; i < JOB_LIMIT; i++) {
		if (jobs[i].used && strcmp(jobs[i].name, name) == 0)
			return &jobs[i];
	}
	return NULL;
}

static struct job *free_job(void)
{
	for (int i = 0; i < JOB_LIMIT; i++) {
		if (!jobs[i].used)
			return &jobs[i];
	}
	for (int i = 0; i < JOB_LIMIT; i++) {
		if (jobs[i].done)
			return &jobs[i];
	}
	return NULL;
}

/* Hexadecimal digits into the bytes they stand for; their number, or -1. */
static long bytes_of(const char *digits, uint8_t *bytes, size_t limit)
{
	size_t count = strlen(digits) / 2;

	if (strlen(digits) % 2 != 0 || count == 0 || count > limit)
		return -1;
	for (size_t i = 0; i < count; i++) {
		char digit[3] = { digits[2 * i], digits[2 * i + 1], '\0' };

		if (strspn(digit, "0123456789abcdef") != 2)
			return -1;
		bytes[i] = (uint8_t)strtoul(digit, NULL, 16);
	}
	return (long)count;
}

/* What is written, and where: at a negative offset it is the file's beginning, with plain write(2). */
struct value {
	const void *bytes;
	size_t count;
	off_t at;
};

/* The whole life of a job's process. */
static void write_value(const char *path, const struct value *value, int pipe)
{
	struct outcome outcome = { .call = "open" };
	uint64_t since = now_us();
	int fd = open(path, O_WRONLY | O_CLOEXEC);

	outcome.res = fd;
	if (fd >= 0) {
		outcome.call = "write";
		outcome.res = value->at < 0 ? write(fd, value->bytes, value->count) :
					      pwrite(fd, value->bytes, value->count, value->at);
	}
	if (outcome.res < 0)
		outcome.error = errno;
	outcome.elapsed_us = now_us() - since;
	if (write(pipe, &outcome, sizeof(outcome)) != (ssize_t)sizeof(outcome))
		_exit(1);
	_exit(0);
}

/* The job keeps nothing but its pipe: a probe that ends must not leave the host's end open in a stuck process. */
static void become_job(int pipe, pid_t probe)
{
	die_with(probe);
	for (int fd = 0; fd < 1024; fd++) {
		if (fd != pipe)
			close(fd);
	}
}

static void start_job(const struct request *request)
{
	const char *name = request->argument[0];
	struct value value = { request->argument[2], strlen(request->argument[2]), -1 };
	struct job *job = job_named(name);
	struct message message;
	static uint8_t bytes[256];
	int ends[2];
	uint64_t at;
	pid_t pid, probe;

	if (!request_number(request, "at", UINT64_MAX, &at) || (at != UINT64_MAX && at > INT32_MAX))
		return reply_bad(request->seq, "at= is a number");
	if (at != UINT64_MAX) {
		long count = bytes_of(request->argument[2], bytes, sizeof(bytes));

		if (count < 0)
			return reply_bad(request->seq, "with at= the value is hexadecimal bytes");
		value = (struct value){ bytes, (size_t)count, (off_t)at };
	}
	if (!is_name(name) || (job != NULL && !job->done))
		return reply_bad(request->seq, "the write needs a name that no unfinished one has");
	if (job == NULL)
		job = free_job();
	if (job == NULL)
		return reply_bad(request->seq, "too many writes have not returned");
	if (pipe2(ends, O_CLOEXEC) != 0)
		return reply_errno(request->seq, "pipe", errno);
	probe = getpid();
	pid = fork();
	if (pid < 0) {
		int error = errno;

		close(ends[0]);
		close(ends[1]);
		return reply_errno(request->seq, "fork", error);
	}
	if (pid == 0) {
		become_job(ends[1], probe);
		write_value(request->argument[1], &value, ends[1]);
	}
	close(ends[1]);
	memset(job, 0, sizeof(*job));
	job->used = true;
	job->pid = pid;
	job->pipe = ends[0];
	strncpy(job->name, name, sizeof(job->name) - 1);
	message_ok(&message, request->seq);
	message_signed(&message, "pid", pid);
	message_send(&message);
	message_event(&message, "started");
	message_text(&message, "name", name);
	message_signed(&message, "pid", pid);
	message_send(&message);
}

static void finish_job(struct job *job)
{
	struct outcome outcome;
	struct message message;
	ssize_t count;
	int status = 0;

	do {
		count = read(job->pipe, &outcome, sizeof(outcome));
	} while (count < 0 && errno == EINTR);
	close(job->pipe);
	while (waitpid(job->pid, &status, 0) < 0 && errno == EINTR)
		;
	job->done = true;
	message_event(&message, "done");
	message_text(&message, "name", job->name);
	message_signed(&message, "pid", job->pid);
	if (count == (ssize_t)sizeof(outcome)) {
		message_signed(&message, "res", outcome.res);
		if (outcome.res < 0) {
			message_text(&message, "errno", errno_name(outcome.error));
			message_text(&message, "call", outcome.call);
		}
		message_unsigned(&message, "elapsed_us", outcome.elapsed_us);
	} else {
		message_text(&message, "signal", WIFSIGNALED(status) ? signal_name(WTERMSIG(status)) : "none");
	}
	message_send(&message);
}

static void show_stack(const struct request *request)
{
	struct job *job = request->arguments > 0 ? job_named(request->argument[0]) : NULL;
	struct message message;
	uint64_t pid;
	int error;

	if (!request_number(request, "pid", job == NULL ? 0 : (uint64_t)job->pid, &pid) || pid == 0 || pid > INT32_MAX)
		return reply_bad(request->seq, "expected the NAME of a write, or pid=N");
	message_ok(&message, request->seq);
	message_unsigned(&message, "pid", pid);
	error = job != NULL && job->done ? ESRCH : describe_process(&message, (pid_t)pid);
	if (error != 0)
		return reply_errno(request->seq, "stack", error == ENOENT ? ESRCH : error);
	message_send(&message);
}

static void count_jobs(const struct request *request)
{
	struct message message;
	unsigned count = 0;

	for (int i = 0; i < JOB_LIMIT; i++)
		count += jobs[i].used && !jobs[i].done;
	message_ok(&message, request->seq);
	message_unsigned(&message, "count", count);
	message_send(&message);
}

static const struct verb verbs[] = {
	{ "write", 3, start_job },
	{ "stack", 0, show_stack },
	{ "jobs", 0, count_jobs },
};

static const struct service service = { verbs, sizeof(verbs) / sizeof(verbs[0]), NULL };

int main(void)
{
	signal(SIGPIPE, SIG_IGN);
	reader_init(&requests, STDIN_FILENO);
	announce("remover", REMOVER_VERSION);
	for (;;) {
		struct pollfd awaited[1 + JOB_LIMIT] = { { .fd = STDIN_FILENO, .events = POLLIN } };
		int count;

		for (int i = 0; i < JOB_LIMIT; i++) {
			bool running = jobs[i].used && !jobs[i].done;

			awaited[1 + i] = (struct pollfd){ .fd = running ? jobs[i].pipe : -1, .events = POLLIN };
		}
		count = poll(awaited, 1 + JOB_LIMIT, -1);
		if (count < 0 && errno != EINTR)
			return 1;
		if (count <= 0)
			continue;
		for (int i = 0; i < JOB_LIMIT; i++) {
			if (awaited[1 + i].revents != 0)
				finish_job(&jobs[i]);
		}
		if (awaited[0].revents != 0 && !serve_input(&service, &requests))
			return 0;
	}
}
