// SPDX-License-Identifier: GPL-2.0-only
#include "serve.h"

#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

void complain(const char *reason)
{
	struct message message;

	message_event(&message, "protocol");
	message_text(&message, "reason", reason);
	message_send(&message);
}

void reply_verbs(const struct service *service, const struct request *request)
{
	char list[2048] = "";
	struct message message;

	for (size_t row = 0; row < service->count; row++) {
		if (strlen(list) + strlen(service->verbs[row].name) + 2 >= sizeof(list))
			break;
		if (row > 0)
			strcat(list, ",");
		strcat(list, service->verbs[row].name);
	}
	message_ok(&message, request->seq);
	message_text(&message, "verbs", list);
	message_send(&message);
}

static void serve(const struct service *service, char *line)
{
	struct request request;
	const char *wrong;

	if (service->claim != NULL && service->claim(line))
		return;
	wrong = request_parse(line, &request);
	if (wrong != NULL && request.seq == NULL)
		return complain(wrong);
	if (wrong != NULL)
		return reply_bad(request.seq, wrong);
	for (size_t row = 0; row < service->count; row++) {
		if (strcmp(service->verbs[row].name, request.verb) != 0)
			continue;
		if (request.arguments < service->verbs[row].arguments)
			return reply_bad(request.seq, "too few arguments");
		return service->verbs[row].run(&request);
	}
	reply_bad(request.seq, "unknown verb");
}

bool serve_input(const struct service *service, struct reader *reader)
{
	unsigned overlong = reader->overlong;
	char *line;

	if (reader_fill(reader) <= 0)
		return false;
	while ((line = reader_line(reader)) != NULL)
		serve(service, line);
	if (reader->overlong > overlong)
		complain("a request was longer than 65536 bytes");
	return true;
}

void die_with(pid_t parent)
{
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent)
		_exit(0);
}
