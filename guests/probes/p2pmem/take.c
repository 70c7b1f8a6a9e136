// SPDX-License-Identifier: GPL-2.0-only
/*
 * take PATH AREA [word…] [off=] [len=] [key=value…]
 * Asks the kernel to take the pages of an area by one path. `ok res=` is what the call returned, `err … call=` how
 * it was refused; lacking=1 marks a failed preparation: the question itself could not be put.
 */
#include "take.h"

#include <errno.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static const struct {
	const char *path;
	taker take;
} takers[] = {
	{ "vmsplice", take_vmsplice },
	{ "process-vm", take_process_vm },
	{ "ptrace", take_ptrace },
	{ "proc-mem", take_proc_mem },
	{ "futex", take_futex },
	{ "copy", take_copy },
	{ "uffd", take_uffd },
	{ "move-pages", take_move_pages },
	{ "mbind", take_mbind },
	{ "mempolicy", take_mempolicy },
	{ "populate", take_populate },
	{ "uring-buffers", take_uring_buffers },
	{ "umem", take_umem },
	{ "msg-zerocopy", take_msg_zerocopy },
	{ "rdma", take_rdma },
	{ "gup", take_gup },
	{ "longterm", take_longterm },
	{ "nvme", take_nvme },
	{ "nvme-vector", take_nvme_vector },
	{ "uring-command", take_uring_command },
	{ "vfio", take_vfio },
	{ "kvm", take_kvm },
	{ "core", take_core },
};

long refused(struct take *take, const char *call)
{
	take->call = call;
	if (errno == ENOSYS)
		take->lacking = true; /* a kernel built without the call cannot be asked */
	return errno == 0 ? -EPROTO : -errno;
}

long lacking(struct take *take, const char *call)
{
	take->lacking = true;
	return refused(take, call);
}

uint64_t wish(const struct take *take, const char *key)
{
	uint64_t value;

	return request_number(take->request, key, 0, &value) ? value : 0;
}

bool wants(const struct take *take, const char *word)
{
	return request_has(take->request, 2, word);
}

struct answer {
	long result;
	bool lacking;
	char call[32];
};

long in_child(struct take *take, taker body)
{
	static char call[32];
	struct answer answer = { 0 };
	int ends[2];
	ssize_t count;
	pid_t pid;

	if (pipe(ends) != 0)
		return lacking(take, "pipe");
	engines_lock();
	emit_lock();
	pid = fork();
	if (pid == 0) {
		answer.result = body(take);
		answer.lacking = take->lacking;
		if (take->call != NULL)
			strncpy(answer.call, take->call, sizeof(answer.call) - 1);
		_exit(write(ends[1], &answer, sizeof(answer)) == (ssize_t)sizeof(answer) ? 0 : 1);
	}
	emit_unlock();
	engines_unlock();
	close(ends[1]);
	if (pid < 0) {
		close(ends[0]);
		return lacking(take, "fork");
	}
	do {
		count = read(ends[0], &answer, sizeof(answer));
	} while (count < 0 && errno == EINTR);
	close(ends[0]);
	while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
		;
	if (count != (ssize_t)sizeof(answer)) {
		errno = ECHILD;
		return lacking(take, "the child died");
	}
	memcpy(call, answer.call, sizeof(call));
	take->call = call;
	take->lacking = answer.lacking;
	return answer.result;
}

VERB(take)
{
	struct area *area = area_named(request->argument[1]);
	struct take take = { .request = request };
	struct message message;
	uint64_t from;
	long result;

	if (area == NULL)
		return reply_bad(request->seq, "no such area");
	/* Past its end is allowed: `count` may reach into what lies behind. */
	if (!request_number(request, "off", 0, &from) || from > area->length ||
	    !request_number(request, "len", area->length - from, &take.count))
		return reply_bad(request->seq, "off= and len= are numbers, off= inside the area");
	take.at = area->address + from;
	for (size_t row = 0; row < sizeof(takers) / sizeof(takers[0]); row++) {
		if (strcmp(takers[row].path, request->argument[0]) != 0)
			continue;
		errno = 0;
		result = takers[row].take(&take);
		if (result < 0) {
			message_err(&message, request->seq, (int)-result);
			message_text(&message, "call", take.call == NULL ? takers[row].path : take.call);
			if (take.lacking)
				message_unsigned(&message, "lacking", 1);
		} else {
			message_ok(&message, request->seq);
			message_signed(&message, "res", result);
		}
		return message_send(&message);
	}
	reply_bad(request->seq, "unknown path");
}
