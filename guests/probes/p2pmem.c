// SPDX-License-Identifier: GPL-2.0-only
/* p2pmem: the verbs, and the loop that serves them. A new verb is a function and a row. */
#include "p2pmem/p2pmem.h"

#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

static void verb_help(const struct request *request);

/* Name, arguments it needs at least, function. What tries to take references (vmsplice, …) are rows of p2pmem/take.c. */
static const struct verb verbs[] = {
	/* descriptors and files */
	{ "open", 3, verb_open },
	{ "close", 1, verb_close },
	{ "pread", 3, verb_pread },
	{ "pwrite", 3, verb_pwrite },
	{ "readfd", 1, verb_readfd },
	{ "poll", 1, verb_poll },
	{ "read", 1, verb_read },
	{ "write", 2, verb_write },
	{ "stat", 1, verb_stat },
	{ "reread", 2, verb_reread },
	{ "unread", 1, verb_unread },
	{ "ownsysfs", 1, verb_ownsysfs },
	/* areas */
	{ "map", 3, verb_map },
	{ "anon", 2, verb_anon },
	{ "unmap", 1, verb_unmap },
	{ "mprotect", 2, verb_mprotect },
	{ "madvise", 2, verb_madvise },
	{ "mremap", 2, verb_mremap },
	{ "mlock", 1, verb_mlock },
	{ "munlock", 1, verb_munlock },
	{ "mlockall", 0, verb_mlockall },
	/* accesses */
	{ "touch", 3, verb_touch },
	{ "fill", 2, verb_fill },
	{ "verify", 2, verb_verify },
	{ "copy", 5, verb_copy },
	{ "compare", 5, verb_compare },
	{ "parity", 5, verb_parity },
	{ "peek", 3, verb_peek },
	{ "spin", 4, verb_spin },
	{ "unspin", 1, verb_unspin },
	/* asynchronous I/O */
	{ "submit", 5, verb_submit },
	{ "inflight", 0, verb_inflight },
	/* everything else that could get hold of pages */
	{ "take", 2, verb_take },
	{ "churn", 1, verb_churn },
	{ "forking", 3, verb_forking },
	{ "mapfail", 3, verb_mapfail },
	{ "writefail", 3, verb_writefail },
	/* processes */
	{ "fork", 1, verb_fork },
	{ "kill", 2, verb_kill },
	{ "wait", 1, verb_wait },
	{ "exit", 0, verb_exit },
	{ "die", 1, verb_die },
	{ "linger", 0, verb_linger },
	{ "become", 1, verb_become },
	{ "help", 0, verb_help },
};

static const struct service service = { verbs, sizeof(verbs) / sizeof(verbs[0]), route_to_child };

struct reader requests;

static void verb_help(const struct request *request)
{
	reply_verbs(&service, request);
}

int start_thread(void *(*body)(void *), void *argument)
{
	sigset_t blocked, before;
	pthread_attr_t attributes;
	pthread_t thread;
	int error;

	sigfillset(&blocked);
	sigdelset(&blocked, SIGBUS);
	sigdelset(&blocked, SIGSEGV);
	pthread_attr_init(&attributes);
	pthread_attr_setstacksize(&attributes, 256 * 1024);
	pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
	pthread_sigmask(SIG_SETMASK, &blocked, &before);
	error = pthread_create(&thread, &attributes, body, argument);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	pthread_attr_destroy(&attributes);
	return error;
}

int main(void)
{
	signal(SIGPIPE, SIG_IGN);
	faults_catch();
	reader_init(&requests, STDIN_FILENO);
	announce("p2pmem", P2PMEM_VERSION);
	while (serve_input(&service, &requests))
		;
	while (lingering)
		pause();
	_exit(0); /* threads whose I/O is held must not delay us here; the kernel waits for what it has to */
}
