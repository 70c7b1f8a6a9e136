// SPDX-License-Identifier: GPL-2.0-only
/* Descriptors, synchronous I/O on areas, and small files such as sysfs attributes. */
#define _GNU_SOURCE
#include "names.h"
#include "p2pmem.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#define FD_SLOTS 512
#define VALUE_LIMIT 4096

static struct name_slot slots[FD_SLOTS];
static struct names names = { .slot = slots, .capacity = FD_SLOTS };
static int fds[FD_SLOTS];

int fd_named(const char *name)
{
	int slot = names_find(&names, name);

	return slot < 0 ? -1 : fds[slot];
}

void fds_each(void (*visit)(int fd, void *context), void *context)
{
	for (int slot = 0; slot < names.fresh; slot++) {
		if (slots[slot].name[0] != '\0')
			visit(fds[slot], context);
	}
}

static const struct {
	const char *word;
	int flag;
} open_words[] = {
	{ "ro", O_RDONLY },	    { "wo", O_WRONLY },	    { "rw", O_RDWR },	{ "direct", O_DIRECT },
	{ "nonblock", O_NONBLOCK }, { "create", O_CREAT },  { "excl", O_EXCL }, { "sync", O_SYNC },
	{ "dsync", O_DSYNC },	    { "truncate", O_TRUNC },
};

/* "rw,direct" into O_RDWR | O_DIRECT; -1 for a word that is none. */
static int open_flags(const char *text)
{
	int flags = O_CLOEXEC;

	while (*text != '\0') {
		size_t count = strcspn(text, ",");
		size_t row = 0;

		while (row < sizeof(open_words) / sizeof(open_words[0]) &&
		       (strlen(open_words[row].word) != count || strncmp(open_words[row].word, text, count) != 0))
			row++;
		if (row == sizeof(open_words) / sizeof(open_words[0]))
			return -1;
		flags |= open_words[row].flag;
		text += count;
		if (*text == ',')
			text++;
	}
	return flags;
}

VERB(open)
{
	int flags = open_flags(request->argument[2]);
	struct message message;
	int slot, fd;

	if (!is_name(request->argument[0]) || fd_named(request->argument[0]) >= 0)
		return reply_bad(request->seq, "the descriptor needs a new name");
	if (flags < 0)
		return reply_bad(request->seq, "open takes ro|wo|rw[,direct][,nonblock][,create][,excl][,sync]");
	do {
		fd = open(request->argument[1], flags, 0600);
	} while (fd < 0 && errno == EINTR);
	if (fd < 0)
		return reply_errno(request->seq, "open", errno);
	slot = names_add(&names, request->argument[0]);
	if (slot < 0) {
		close(fd);
		return reply_bad(request->seq, "too many descriptors");
	}
	fds[slot] = fd;
	message_ok(&message, request->seq);
	message_signed(&message, "fd", fd);
	message_send(&message);
}

VERB(close)
{
	int slot = names_find(&names, request->argument[0]);
	int fd;

	if (slot < 0)
		return reply_bad(request->seq, "no such descriptor");
	fd = fds[slot];
	names_remove(&names, slot);
	if (close(fd) != 0)
		return reply_errno(request->seq, "close", errno);
	reply_ok(request->seq);
}

/* FD FILEOFFSET SEGMENTS [nowait]: one system call; a short count is the caller's to judge. */
static void transfer(const struct request *request, bool is_write)
{
	struct iovec segments[SEGMENT_LIMIT];
	int fd = fd_named(request->argument[0]);
	int count = parse_segments(request->argument[2], segments);
	struct message message;
	uint64_t offset;
	ssize_t moved;

	if (fd < 0)
		return reply_bad(request->seq, "no such descriptor");
	if (!parse_number(request->argument[1], &offset) || count == 0)
		return reply_bad(request->seq, "expected FD OFFSET NAME:OFFSET:LENGTH[,…]");
	do {
		if (request_has(request, 3, "nowait") && is_write)
			moved = pwritev2(fd, segments, count, (off_t)offset, RWF_NOWAIT);
		else if (request_has(request, 3, "nowait"))
			moved = preadv2(fd, segments, count, (off_t)offset, RWF_NOWAIT);
		else if (count == 1 && is_write)
			moved = pwrite(fd, segments[0].iov_base, segments[0].iov_len, (off_t)offset);
		else if (count == 1)
			moved = pread(fd, segments[0].iov_base, segments[0].iov_len, (off_t)offset);
		else if (is_write)
			moved = pwritev(fd, segments, count, (off_t)offset);
		else
			moved = preadv(fd, segments, count, (off_t)offset);
	} while (moved < 0 && errno == EINTR);
	if (moved < 0)
		return reply_errno(request->seq, is_write ? "pwrite" : "pread", errno);
	message_ok(&message, request->seq);
	message_signed(&message, "res", moved);
	message_send(&message);
}

VERB(pread)
{
	transfer(request, false);
}

VERB(pwrite)
{
	transfer(request, true);
}

static void reply_value(const struct request *request, int fd, bool at_start)
{
	static char value[VALUE_LIMIT];
	struct message message;
	uint64_t limit;
	ssize_t count;

	if (!request_number(request, "max", VALUE_LIMIT, &limit) || limit > VALUE_LIMIT)
		return reply_bad(request->seq, "max= is a number up to 4096");
	do {
		count = at_start ? pread(fd, value, limit, 0) : read(fd, value, limit);
	} while (count < 0 && errno == EINTR);
	if (count < 0)
		return reply_errno(request->seq, "read", errno);
	message_ok(&message, request->seq);
	message_signed(&message, "res", count);
	if (count > 0 && value[count - 1] == '\n')
		count--;
	message_bytes(&message, "value", value, (size_t)count);
	message_send(&message);
}

/* poll FD: what there is to do with it right now, of in, out, pri, err and hup. */
VERB(poll)
{
	static const struct {
		const char *word;
		short event;
	} words[] = { { "in", POLLIN }, { "out", POLLOUT }, { "pri", POLLPRI }, { "err", POLLERR }, { "hup", POLLHUP } };
	struct pollfd look = { .fd = fd_named(request->argument[0]), .events = POLLIN | POLLOUT | POLLPRI };
	char text[32] = "";
	struct message message;

	if (look.fd < 0)
		return reply_bad(request->seq, "no such descriptor");
	if (poll(&look, 1, 0) < 0)
		return reply_errno(request->seq, "poll", errno);
	for (size_t row = 0; row < sizeof(words) / sizeof(words[0]); row++) {
		if ((look.revents & words[row].event) == 0)
			continue;
		if (text[0] != '\0')
			strcat(text, ",");
		strcat(text, words[row].word);
	}
	message_ok(&message, request->seq);
	message_text(&message, "events", text[0] == '\0' ? "none" : text);
	message_send(&message);
}

/* A descriptor that is already open, from its start: sysfs shows the attribute anew. */
VERB(readfd)
{
	int fd = fd_named(request->argument[0]);

	if (fd < 0)
		return reply_bad(request->seq, "no such descriptor");
	reply_value(request, fd, true);
}

VERB(read)
{
	int fd = open(request->argument[0], O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return reply_errno(request->seq, "open", errno);
	reply_value(request, fd, false);
	close(fd);
}

VERB(write)
{
	int fd = open(request->argument[0], O_WRONLY | O_CLOEXEC);
	struct message message;
	ssize_t count;

	if (fd < 0)
		return reply_errno(request->seq, "open", errno);
	do {
		count = write(fd, request->argument[1], strlen(request->argument[1]));
	} while (count < 0 && errno == EINTR);
	if (count < 0) {
		reply_errno(request->seq, "write", errno);
	} else {
		message_ok(&message, request->seq);
		message_signed(&message, "res", count);
		message_send(&message);
	}
	close(fd);
}

VERB(stat)
{
	struct message message;
	struct stat seen;

	if (stat(request->argument[0], &seen) != 0)
		return reply_errno(request->seq, "stat", errno);
	message_ok(&message, request->seq);
	message_text(&message, "type",
		     S_ISREG(seen.st_mode)  ? "file" :
		     S_ISDIR(seen.st_mode)  ? "directory" :
		     S_ISBLK(seen.st_mode)  ? "block" :
		     S_ISCHR(seen.st_mode)  ? "char" :
		     S_ISFIFO(seen.st_mode) ? "fifo" :
					      "other");
	message_unsigned(&message, "mode", seen.st_mode & 07777);
	message_signed(&message, "size", seen.st_size);
	message_unsigned(&message, "uid", seen.st_uid);
	message_send(&message);
}
