/* SPDX-License-Identifier: GPL-2.0-only */
/* Requests to functions: the table of verbs every probe has, and the loop that serves them. */
#ifndef LASTREF_SERVE_H
#define LASTREF_SERVE_H

#include "line.h"

#include <sys/types.h>

/* A verb gets its request parsed and at least `arguments` arguments; it answers once, now or from a thread. */
struct verb {
	const char *name;
	int arguments;
	void (*run)(const struct request *request);
};

/* All verbs of a probe; `claim`, if there is one, may take a line before it is parsed. */
struct service {
	const struct verb *verbs;
	size_t count;
	bool (*claim)(char *line);
};

/* Reads once and serves every whole line; false at the end of the input. */
bool serve_input(const struct service *service, struct reader *reader);
/* An event `protocol` that says what is wrong with what was heard. */
void complain(const char *reason);
/* A child dies with the process that forked it, also if that is dead by now (prctl(2), PR_SET_PDEATHSIG). */
void die_with(pid_t parent);
/* Answers `help` with the names of all verbs. */
void reply_verbs(const struct service *service, const struct request *request);

#endif
