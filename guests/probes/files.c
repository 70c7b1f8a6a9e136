// SPDX-License-Identifier: GPL-2.0-only
/*
 * files: looks at files for the host, without a new process for each look: starting one takes an emulated CPU far
 * longer than the look itself. Every request has a thread of its own, so that a file whose read blocks holds up
 * nobody else.
 *
 *   read PATH      data= what one reader gets of it, up to READ_LIMIT bytes; more=1 when there is more
 *   exists PATH    exists=0|1
 *   glob PATTERN   paths= what matches, sorted, a newline between two
 *   say TEXT       TEXT as one record of the kernel log
 *
 * Started as `files SECONDS` it sets the time of day first, in seconds since 1970: in a copy of a guest the clock
 * stood still.
 */
#define _GNU_SOURCE
#include "shared/serve.h"

#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define FILES_VERSION 1
/* Encoded, each byte may be three: this fits into a message whatever the bytes are. */
#define READ_LIMIT 8000

struct look {
	void (*at)(const char *seq, const char *what);
	char *seq, *what;
};

static struct reader requests;

static void look_read(const char *seq, const char *path)
{
	char bytes[READ_LIMIT + 1];
	struct message message;
	size_t length = 0;
	ssize_t count;
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return reply_errno(seq, "open", errno);
	do {
		count = read(fd, bytes + length, sizeof(bytes) - length);
		if (count > 0)
			length += (size_t)count;
	} while ((count > 0 && length < sizeof(bytes)) || (count < 0 && errno == EINTR));
	if (count < 0) {
		int error = errno;

		close(fd);
		return reply_errno(seq, "read", error);
	}
	close(fd);
	message_ok(&message, seq);
	message_bytes(&message, "data", bytes, length > READ_LIMIT ? READ_LIMIT : length);
	if (length > READ_LIMIT)
		message_unsigned(&message, "more", 1);
	message_send(&message);
}

static void look_exists(const char *seq, const char *path)
{
	struct message message;

	message_ok(&message, seq);
	message_unsigned(&message, "exists", access(path, F_OK) == 0);
	message_send(&message);
}

static void look_glob(const char *seq, const char *pattern)
{
	struct message message;
	char list[READ_LIMIT] = "";
	glob_t found = { 0 };
	size_t length = 0;
	int failed = glob(pattern, 0, NULL, &found);

	if (failed != 0 && failed != GLOB_NOMATCH)
		return reply_errno(seq, "glob", EIO);
	for (size_t i = 0; i < found.gl_pathc; i++) {
		size_t more = strlen(found.gl_pathv[i]);

		if (length + more + 1 >= sizeof(list)) {
			globfree(&found);
			return reply_errno(seq, "glob", E2BIG);
		}
		if (i > 0)
			list[length++] = '\n';
		memcpy(list + length, found.gl_pathv[i], more + 1);
		length += more;
	}
	globfree(&found);
	message_ok(&message, seq);
	message_text(&message, "paths", list);
	message_send(&message);
}

static void look_say(const char *seq, const char *text)
{
	int fd = open("/dev/kmsg", O_WRONLY | O_CLOEXEC);
	size_t length = strlen(text);

	if (fd < 0)
		return reply_errno(seq, "open", errno);
	if (write(fd, text, length) != (ssize_t)length) {
		int error = errno;

		close(fd);
		return reply_errno(seq, "write", error);
	}
	close(fd);
	reply_ok(seq);
}

/* The time of day, in seconds since 1970: false with the reason told. */
static bool set_clock(const char *seconds)
{
	struct timespec now = { 0 };
	uint64_t value;

	if (!parse_number(seconds, &value) || value > INT64_MAX) {
		complain("expected seconds since 1970");
		return false;
	}
	now.tv_sec = (time_t)value;
	if (clock_settime(CLOCK_REALTIME, &now) == 0)
		return true;
	complain("the clock could not be set");
	return false;
}

static void *run_look(void *argument)
{
	struct look *look = argument;

	look->at(look->seq, look->what);
	free(look->seq);
	free(look->what);
	free(look);
	return NULL;
}

/* The request lives in the reader's buffer, which the next line overwrites: the thread gets copies. */
static void start_look(const struct request *request, void (*at)(const char *, const char *))
{
	struct look *look = calloc(1, sizeof(*look));
	pthread_attr_t attributes;
	pthread_t thread;
	int failed = ENOMEM;

	if (look != NULL) {
		*look = (struct look){ at, strdup(request->seq), strdup(request->argument[0]) };
		pthread_attr_init(&attributes);
		pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
		pthread_attr_setstacksize(&attributes, 256 * 1024);
		if (look->seq != NULL && look->what != NULL)
			failed = pthread_create(&thread, &attributes, run_look, look);
		pthread_attr_destroy(&attributes);
	}
	if (failed == 0)
		return;
	if (look != NULL) {
		free(look->seq);
		free(look->what);
	}
	free(look);
	reply_errno(request->seq, "pthread_create", failed);
}

static void do_read(const struct request *request) { start_look(request, look_read); }
static void do_exists(const struct request *request) { start_look(request, look_exists); }
static void do_glob(const struct request *request) { start_look(request, look_glob); }
static void do_say(const struct request *request) { start_look(request, look_say); }

static const struct verb verbs[] = {
	{ "read", 1, do_read },
	{ "exists", 1, do_exists },
	{ "glob", 1, do_glob },
	{ "say", 1, do_say },
};

static const struct service service = { verbs, sizeof(verbs) / sizeof(verbs[0]), NULL };

int main(int argc, char **argv)
{
	if (argc > 1 && !set_clock(argv[1]))
		return 1;
	signal(SIGPIPE, SIG_IGN);
	reader_init(&requests, STDIN_FILENO);
	announce("files", FILES_VERSION);
	while (serve_input(&service, &requests))
		;
	return 0;
}
