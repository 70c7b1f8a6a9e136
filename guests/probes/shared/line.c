// SPDX-License-Identifier: GPL-2.0-only
/* Requests: bytes into lines, lines into fields, fields into numbers. */
#include "line.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

void reader_init(struct reader *reader, int fd)
{
	reader->fd = fd;
	reader->start = 0;
	reader->end = 0;
	reader->skipping = false;
	reader->overlong = 0;
}

long reader_fill(struct reader *reader)
{
	long count;

	if (reader->start > 0) {
		memmove(reader->bytes, reader->bytes + reader->start, reader->end - reader->start);
		reader->end -= reader->start;
		reader->start = 0;
	}
	if (reader->end == sizeof(reader->bytes)) {
		reader->end = 0;
		if (!reader->skipping)
			reader->overlong++;
		reader->skipping = true;
	}
	do {
		count = read(reader->fd, reader->bytes + reader->end, sizeof(reader->bytes) - reader->end);
	} while (count < 0 && errno == EINTR);
	if (count > 0)
		reader->end += (size_t)count;
	return count;
}

char *reader_line(struct reader *reader)
{
	for (;;) {
		char *line = reader->bytes + reader->start;
		size_t count = reader->end - reader->start;
		char *newline = memchr(line, '\n', count);

		if (newline == NULL)
			return NULL;
		reader->start += (size_t)(newline - line) + 1;
		if (reader->skipping) {
			reader->skipping = false;
			continue;
		}
		*newline = '\0';
		for (char *byte = line; byte < newline; byte++) {
			if (*byte == '\0')
				*byte = '?';
		}
		if (newline > line && newline[-1] == '\r')
			newline[-1] = '\0';
		return line;
	}
}

static int hex_digit(char digit)
{
	if (digit >= '0' && digit <= '9')
		return digit - '0';
	if (digit >= 'a' && digit <= 'f')
		return digit - 'a' + 10;
	if (digit >= 'A' && digit <= 'F')
		return digit - 'A' + 10;
	return -1;
}

/* %XX back into bytes, in place. A NUL would cut the value short for whoever uses it as a string: refused. */
static bool decode(char *text)
{
	char *out = text;

	for (const char *in = text; *in != '\0'; in++) {
		if (*in == '%') {
			int high = hex_digit(in[1]);
			int low = high < 0 ? -1 : hex_digit(in[2]);

			if (low < 0 || (high == 0 && low == 0))
				return false;
			*out++ = (char)(high * 16 + low);
			in += 2;
		} else {
			*out++ = *in;
		}
	}
	*out = '\0';
	return true;
}

static char *next_field(char **rest)
{
	char *field;

	while (**rest == ' ')
		(*rest)++;
	if (**rest == '\0')
		return NULL;
	field = *rest;
	while (**rest != ' ' && **rest != '\0')
		(*rest)++;
	if (**rest == ' ')
		*(*rest)++ = '\0';
	return field;
}

static bool is_seq(const char *text)
{
	size_t count = strspn(text, "0123456789");

	return count > 0 && count <= 18 && text[count] == '\0';
}

const char *request_parse(char *line, struct request *request)
{
	char *field;

	memset(request, 0, sizeof(*request));
	field = next_field(&line);
	if (field == NULL || !is_seq(field))
		return "a request starts with a number";
	request->seq = field;
	field = next_field(&line);
	if (field == NULL || !decode(field))
		return "no verb";
	request->verb = field;
	while ((field = next_field(&line)) != NULL) {
		char *equals = strchr(field, '=');

		if (request->arguments + request->options == FIELD_LIMIT)
			return "too many fields";
		if (equals != NULL) {
			*equals = '\0';
			if (!decode(equals + 1))
				return "bad %-encoding";
			request->option[request->options++] = (struct option){ field, equals + 1 };
		} else {
			request->argument[request->arguments++] = field;
		}
		if (!decode(field))
			return "bad %-encoding";
	}
	return NULL;
}

const char *request_option(const struct request *request, const char *key)
{
	for (int i = 0; i < request->options; i++) {
		if (strcmp(request->option[i].key, key) == 0)
			return request->option[i].value;
	}
	return NULL;
}

bool request_has(const struct request *request, int from, const char *word)
{
	for (int i = from; i < request->arguments; i++) {
		if (strcmp(request->argument[i], word) == 0)
			return true;
	}
	return false;
}

bool request_number(const struct request *request, const char *key, uint64_t otherwise, uint64_t *value)
{
	const char *text = request_option(request, key);

	*value = otherwise;
	return text == NULL || parse_number(text, value);
}

bool parse_number(const char *text, uint64_t *value)
{
	uint64_t base = 10;
	uint64_t sum = 0;

	if (text[0] == '0' && (text[1] == 'x' || text[1] == 'X')) {
		base = 16;
		text += 2;
	}
	if (*text == '\0')
		return false;
	for (; *text != '\0'; text++) {
		int digit = hex_digit(*text);

		if (digit < 0 || (uint64_t)digit >= base)
			return false;
		if (__builtin_mul_overflow(sum, base, &sum) || __builtin_add_overflow(sum, (uint64_t)digit, &sum))
			return false;
	}
	*value = sum;
	return true;
}

bool is_name(const char *text)
{
	size_t count = strspn(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-");

	return count > 0 && count <= NAME_LIMIT && text[count] == '\0';
}
