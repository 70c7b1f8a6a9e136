/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The line protocol that every probe speaks on its standard input and output.
 *
 *   request   <seq> <verb> [argument ...] [key=value ...]
 *   reply     <seq> ok [key=value ...]
 *             <seq> err <ERRNO> [key=value ...]      call=… names the system call; EPROTO: the request was wrong
 *             <seq> fault <SIGNAL> code=… addr=… …   an access raised a signal that the probe caught
 *   event     ! <name> [key=value ...]               at any time, between replies
 *
 * Fields are separated by one space. A byte that is not printable ASCII, and space, '%' and '=', travel as %XX.
 * Replies may come in another order than their requests. Everything is bounded; nothing here allocates.
 */
#ifndef LASTREF_LINE_H
#define LASTREF_LINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define LINE_LIMIT 65536
#define FIELD_LIMIT 64
#define NAME_LIMIT 31

/* Cuts what comes from a descriptor into lines. */
struct reader {
	int fd;
	size_t start, end;
	bool skipping; /* inside a line that is too long: drop it up to its end */
	unsigned overlong;
	char bytes[LINE_LIMIT];
};

void reader_init(struct reader *reader, int fd);
/* One read(2): bytes read, 0 at the end, -1 with errno. */
long reader_fill(struct reader *reader);
/* The next whole line without its newline, valid until the next fill; NULL when more bytes are needed. */
char *reader_line(struct reader *reader);

struct option {
	const char *key, *value;
};

struct request {
	const char *seq, *verb;
	int arguments, options;
	const char *argument[FIELD_LIMIT];
	struct option option[FIELD_LIMIT];
};

/* Takes the line apart in place. NULL, or why it is no request; seq is set as soon as it is known. */
const char *request_parse(char *line, struct request *request);
const char *request_option(const struct request *request, const char *key);
/* True when one of the arguments from number `from` on is `word`. */
bool request_has(const struct request *request, int from, const char *word);
/* An option as a number; `otherwise` when it is absent. False when it is there and no number. */
bool request_number(const struct request *request, const char *key, uint64_t otherwise, uint64_t *value);
/* Decimal or 0x-hexadecimal, nothing before or after it. */
bool parse_number(const char *text, uint64_t *value);
/* Letters, digits, '_', '.', '-', at most NAME_LIMIT of them. */
bool is_name(const char *text);

/* A line on its way out. What does not fit is left out, and the line says so (truncated=1). */
struct message {
	size_t length;
	bool full;
	char text[24576];
};

void message_ok(struct message *message, const char *seq);
void message_err(struct message *message, const char *seq, int error);
void message_fault(struct message *message, const char *seq, int signal);
void message_event(struct message *message, const char *name);
void message_text(struct message *message, const char *key, const char *value);
void message_bytes(struct message *message, const char *key, const void *bytes, size_t count);
void message_unsigned(struct message *message, const char *key, uint64_t value);
void message_signed(struct message *message, const char *key, int64_t value);
void message_hex(struct message *message, const char *key, uint64_t value);
void message_send(struct message *message);

/* Replies in one go. */
void reply_ok(const char *seq);
void reply_errno(const char *seq, const char *call, int error);
void reply_bad(const char *seq, const char *reason);

/* Writes bytes and a newline as one line, whole, whoever else is writing. */
void emit_line(const char *bytes, size_t count);
/* The output lock, for those who fork: nobody may be half-way through a line. */
void emit_lock(void);
void emit_unlock(void);
/* After fork in the child: a fresh lock, and `from` as the tag of every event. */
void emit_restart(const char *from);
const char *emit_from(void);
/* First line of every probe. */
void announce(const char *probe, unsigned version);

const char *errno_name(int error);
const char *signal_name(int signal);
/* The number of "SIGKILL", or 0. */
int signal_number(const char *name);
const char *signal_code_name(int signal, int code);

/* Microseconds on the monotonic clock. */
uint64_t now_us(void);

#endif
