// SPDX-License-Identifier: GPL-2.0-only
/*
 * Threads that read one attribute of sysfs over and over while its device comes and goes. What they may see is a
 * number, ENODEV from a descriptor whose file is being removed (fs/kernfs/file.c: no active reference), and ENOENT
 * while there is no such file. Everything else is strange, and the first such thing is kept.
 */
#include "p2pmem.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <string.h>
#include <unistd.h>

#define REREAD_LIMIT 8
#define READS_AN_OPEN 64

struct reread {
	bool used;
	bool volatile stop;
	char id[NAME_LIMIT + 1];
	char seq[24];
	char path[256];
	uint64_t numbers, gone, absent, strange;
	char first[64];
};

static struct reread rereads[REREAD_LIMIT];
static pthread_mutex_t table = PTHREAD_MUTEX_INITIALIZER;

static void keep_strange(struct reread *reread, const char *what)
{
	if (reread->strange++ == 0)
		strncpy(reread->first, what, sizeof(reread->first) - 1);
}

/* False when the descriptor has nothing more to give. */
static bool read_once(struct reread *reread, int fd)
{
	char text[64];
	ssize_t count = pread(fd, text, sizeof(text) - 1, 0);
	size_t digits;

	if (count < 0) {
		if (errno == ENODEV)
			reread->gone++;
		else
			keep_strange(reread, errno_name(errno));
		return false;
	}
	text[count] = '\0';
	digits = strspn(text, "0123456789");
	if (digits > 0 && strcmp(text + digits, "\n") == 0)
		reread->numbers++;
	else
		keep_strange(reread, text);
	return true;
}

/* Opens the file and reads it for a while. */
static void read_on(struct reread *reread)
{
	int fd = open(reread->path, O_RDONLY | O_CLOEXEC);

	if (fd < 0 && errno == ENOENT)
		reread->absent++;
	else if (fd < 0 && errno == ENODEV)
		reread->gone++;
	else if (fd < 0)
		keep_strange(reread, errno_name(errno));
	if (fd < 0)
		return;
	for (int reads = 0; reads < READS_AN_OPEN && !reread->stop; reads++) {
		if (!read_once(reread, fd))
			break;
	}
	close(fd);
}

static void *run(void *argument)
{
	struct reread *reread = argument;
	struct message message;

	read_on(reread);
	reply_ok(reread->seq); /* from here on it is known to read */
	while (!reread->stop)
		read_on(reread);
	message_event(&message, "reread");
	message_text(&message, "id", reread->id);
	message_unsigned(&message, "numbers", reread->numbers);
	message_unsigned(&message, "gone", reread->gone);
	message_unsigned(&message, "absent", reread->absent);
	message_unsigned(&message, "strange", reread->strange);
	if (reread->strange > 0)
		message_text(&message, "first", reread->first);
	pthread_mutex_lock(&table);
	reread->used = false;
	pthread_mutex_unlock(&table);
	message_send(&message);
	return NULL;
}

/* reread ID PATH: reads the file until `unread ID`; then the event `reread` says what was seen. */
VERB(reread)
{
	struct reread *free = NULL;
	bool taken = false;
	int error;

	if (!is_name(request->argument[0]) || strlen(request->argument[1]) >= sizeof(rereads[0].path))
		return reply_bad(request->seq, "expected ID PATH");
	pthread_mutex_lock(&table);
	for (int i = 0; i < REREAD_LIMIT; i++) {
		if (!rereads[i].used)
			free = &rereads[i];
		else if (strcmp(rereads[i].id, request->argument[0]) == 0)
			taken = true;
	}
	if (free != NULL && !taken) {
		memset(free, 0, sizeof(*free));
		free->used = true;
		strncpy(free->id, request->argument[0], sizeof(free->id) - 1);
		strncpy(free->seq, request->seq, sizeof(free->seq) - 1);
		strncpy(free->path, request->argument[1], sizeof(free->path) - 1);
	}
	pthread_mutex_unlock(&table);
	if (free == NULL || taken)
		return reply_bad(request->seq, taken ? "that one is reading" : "too many are reading");
	error = start_thread(run, free);
	if (error != 0) {
		free->used = false;
		reply_errno(request->seq, "pthread_create", error);
	}
}

VERB(unread)
{
	bool found = false;

	pthread_mutex_lock(&table);
	for (int i = 0; i < REREAD_LIMIT; i++) {
		if (rereads[i].used && strcmp(rereads[i].id, request->argument[0]) == 0)
			found = rereads[i].stop = true;
	}
	pthread_mutex_unlock(&table);
	if (!found)
		return reply_bad(request->seq, "nothing of that name reads");
	reply_ok(request->seq);
}
