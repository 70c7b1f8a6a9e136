// SPDX-License-Identifier: GPL-2.0-only
/*
 * Where a process is in the kernel, from /proc: state, wait channel, stack (functions only, innermost first),
 * and how often it was switched out. Two samples that are equal in stack and switches mean that it stands still.
 */
#define _GNU_SOURCE
#include "remover.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <x86intrin.h>

/* The file's bytes as a string; its length, or a negative errno. */
static long slurp(pid_t pid, const char *file, char *text, size_t size)
{
	char path[64];
	size_t length = 0;
	ssize_t count;
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/%s", (int)pid, file);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	do {
		count = read(fd, text + length, size - 1 - length);
		if (count > 0)
			length += (size_t)count;
	} while ((count > 0 && length < size - 1) || (count < 0 && errno == EINTR));
	count = count < 0 ? -errno : (ssize_t)length;
	close(fd);
	text[length] = '\0';
	return count;
}

/* `[<0>] memunmap_pages+0x1c5/0x4a0` and a newline, many times, into `memunmap_pages,…`. */
static void keep_functions(char *text)
{
	char *out = text;
	char *rest = text;
	size_t length;
	char *line;

	while ((line = strsep(&rest, "\n")) != NULL) {
		char *name = strstr(line, "] ");

		name = name == NULL ? line : name + 2;
		name[strcspn(name, "+ ")] = '\0';
		length = strlen(name);
		if (length == 0)
			continue;
		if (out != text)
			*out++ = ',';
		memmove(out, name, length);
		out += length;
	}
	*out = '\0';
}

static void describe_switches(struct message *message, const char *status, const char *label, const char *key)
{
	const char *at = strstr(status, label);
	char digits[24] = "";
	uint64_t value;

	if (at == NULL)
		return;
	at += strlen(label);
	at += strspn(at, " \t");
	strncpy(digits, at, sizeof(digits) - 1);
	digits[strspn(digits, "0123456789")] = '\0';
	if (parse_number(digits, &value))
		message_unsigned(message, key, value);
}

/* Fields of /proc/PID/stat after the command, which may hold blanks and brackets: state, then numbers. */
static void describe_stat(struct message *message, const char *stat)
{
	const char *after = strrchr(stat, ')');
	unsigned long long user, system;
	char state;

	if (after == NULL)
		return;
	if (sscanf(after + 1, " %c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %llu %llu", &state, &user, &system) != 3)
		return;
	message_bytes(message, "state", &state, 1);
	message_unsigned(message, "utime", user);
	message_unsigned(message, "stime", system);
}

int describe_process(struct message *message, pid_t pid)
{
	static char text[8192];
	long count = slurp(pid, "stat", text, sizeof(text));

	if (count < 0)
		return (int)-count;
	describe_stat(message, text);
	if (slurp(pid, "wchan", text, sizeof(text)) >= 0)
		message_text(message, "wchan", text);
	count = slurp(pid, "stack", text, sizeof(text));
	if (count >= 0) {
		keep_functions(text);
		message_text(message, "stack", text);
	} else {
		message_text(message, "stack_errno", errno_name((int)-count)); /* not root, or no CONFIG_STACKTRACE */
	}
	if (slurp(pid, "status", text, sizeof(text)) >= 0) {
		describe_switches(message, text, "\nvoluntary_ctxt_switches:", "voluntary");
		describe_switches(message, text, "\nnonvoluntary_ctxt_switches:", "nonvoluntary");
	}
	message_unsigned(message, "tsc", __rdtsc());
	return 0;
}
