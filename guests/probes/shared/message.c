// SPDX-License-Identifier: GPL-2.0-only
/* Replies and events: built in a bounded buffer, written whole under one lock. */
#include "line.h"

#include <errno.h>
#include <pthread.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define TRUNCATED " truncated=1"

static pthread_mutex_t output = PTHREAD_MUTEX_INITIALIZER;
static char origin[256];

static bool put(struct message *message, const char *bytes, size_t count)
{
	if (message->full || count > sizeof(message->text) - sizeof(TRUNCATED) - message->length) {
		message->full = true;
		return false;
	}
	memcpy(message->text + message->length, bytes, count);
	message->length += count;
	return true;
}

static void put_text(struct message *message, const char *text)
{
	put(message, text, strlen(text));
}

static void put_number(struct message *message, uint64_t value, unsigned base)
{
	char digits[24];
	size_t at = sizeof(digits);

	do {
		digits[--at] = "0123456789abcdef"[value % base];
		value /= base;
	} while (value != 0);
	put(message, digits + at, sizeof(digits) - at);
}

static void put_key(struct message *message, const char *key)
{
	put_text(message, " ");
	put_text(message, key);
	put_text(message, "=");
}

static void start(struct message *message, const char *first, const char *second)
{
	message->length = 0;
	message->full = false;
	put_text(message, first);
	put_text(message, " ");
	put_text(message, second);
}

void message_ok(struct message *message, const char *seq)
{
	start(message, seq, "ok");
}

void message_err(struct message *message, const char *seq, int error)
{
	start(message, seq, "err ");
	put_text(message, errno_name(error));
}

void message_fault(struct message *message, const char *seq, int signal)
{
	start(message, seq, "fault ");
	put_text(message, signal_name(signal));
}

void message_event(struct message *message, const char *name)
{
	start(message, "!", name);
	if (origin[0] != '\0')
		message_text(message, "from", origin);
}

void message_bytes(struct message *message, const char *key, const void *bytes, size_t count)
{
	const unsigned char *byte = bytes;
	size_t before = message->length;

	put_key(message, key);
	for (size_t i = 0; i < count; i++) {
		char plain = (char)byte[i];

		if (byte[i] > ' ' && byte[i] < 0x7f && plain != '%' && plain != '=') {
			put(message, &plain, 1);
		} else {
			char encoded[3] = { '%', "0123456789ABCDEF"[byte[i] >> 4], "0123456789ABCDEF"[byte[i] & 15] };

			put(message, encoded, sizeof(encoded));
		}
	}
	if (message->full)
		message->length = before; /* all of a field or nothing of it */
}

void message_text(struct message *message, const char *key, const char *value)
{
	message_bytes(message, key, value, strlen(value));
}

void message_unsigned(struct message *message, const char *key, uint64_t value)
{
	put_key(message, key);
	put_number(message, value, 10);
}

void message_signed(struct message *message, const char *key, int64_t value)
{
	put_key(message, key);
	if (value < 0)
		put_text(message, "-");
	put_number(message, value < 0 ? 0 - (uint64_t)value : (uint64_t)value, 10);
}

void message_hex(struct message *message, const char *key, uint64_t value)
{
	put_key(message, key);
	put_text(message, "0x");
	put_number(message, value, 16);
}

void message_send(struct message *message)
{
	if (message->full) {
		memcpy(message->text + message->length, TRUNCATED, sizeof(TRUNCATED) - 1);
		message->length += sizeof(TRUNCATED) - 1;
	}
	emit_line(message->text, message->length);
}

void reply_ok(const char *seq)
{
	struct message message;

	message_ok(&message, seq);
	message_send(&message);
}

void reply_errno(const char *seq, const char *call, int error)
{
	struct message message;

	message_err(&message, seq, error);
	message_text(&message, "call", call);
	message_send(&message);
}

void reply_bad(const char *seq, const char *reason)
{
	struct message message;

	message_err(&message, seq, EPROTO);
	message_text(&message, "reason", reason);
	message_send(&message);
}

/* Whoever reads us may be gone; a probe that lingers goes on without a reader. */
static void write_whole(const char *bytes, size_t count)
{
	while (count > 0) {
		ssize_t wrote = write(STDOUT_FILENO, bytes, count);

		if (wrote < 0 && errno == EINTR)
			continue;
		if (wrote <= 0)
			return;
		bytes += wrote;
		count -= (size_t)wrote;
	}
}

void emit_line(const char *bytes, size_t count)
{
	emit_lock();
	write_whole(bytes, count);
	write_whole("\n", 1);
	emit_unlock();
}

void emit_lock(void)
{
	pthread_mutex_lock(&output);
}

void emit_unlock(void)
{
	pthread_mutex_unlock(&output);
}

void emit_restart(const char *from)
{
	pthread_mutex_init(&output, NULL);
	strncpy(origin, from, sizeof(origin) - 1);
}

const char *emit_from(void)
{
	return origin;
}

void announce(const char *probe, unsigned version)
{
	struct message message;

	message_event(&message, "ready");
	message_text(&message, "probe", probe);
	message_unsigned(&message, "version", version);
	message_signed(&message, "pid", getpid());
	message_send(&message);
}

uint64_t now_us(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000;
}
