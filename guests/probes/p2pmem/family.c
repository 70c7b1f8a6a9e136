// SPDX-License-Identifier: GPL-2.0-only
/*
 * Children. `fork NAME` makes a copy of this process, with every area and descriptor, that is a full probe of its
 * own: `<seq> @NAME verb…` is passed to it over a socket pair and what it says is passed up, its events
 * tagged from=NAME. Children of children are reached with @NAME/NAME.
 */
#define _GNU_SOURCE
#include "p2pmem.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#define CHILD_LIMIT 32
#define WAITER_LIMIT 4

struct child {
	bool used, gone;
	char name[NAME_LIMIT + 1];
	pid_t pid;
	int socket, status, waiters;
	char waiter[WAITER_LIMIT][24];
	struct reader reader;
};

static struct child children[CHILD_LIMIT];
static pthread_mutex_t table = PTHREAD_MUTEX_INITIALIZER;
bool lingering;

static struct child *child_named(const char *name, size_t length)
{
	for (int i = 0; i < CHILD_LIMIT; i++) {
		if (children[i].used && strlen(children[i].name) == length && strncmp(children[i].name, name, length) == 0)
			return &children[i];
	}
	return NULL;
}

static void describe_end(struct message *message, const struct child *child)
{
	message_text(message, "name", child->name);
	message_signed(message, "pid", child->pid);
	if (WIFSIGNALED(child->status))
		message_text(message, "signal", signal_name(WTERMSIG(child->status)));
	else
		message_signed(message, "code", WEXITSTATUS(child->status));
}

static void *relay(void *argument)
{
	struct child *child = argument;
	struct message message;
	char *line;

	while (reader_fill(&child->reader) > 0) {
		while ((line = reader_line(&child->reader)) != NULL)
			emit_line(line, strlen(line));
	}
	/* A process whose I/O is held stays until the kernel lets it go: `exit` means that it is gone for good. */
	while (waitpid(child->pid, &child->status, 0) < 0 && errno == EINTR)
		;
	pthread_mutex_lock(&table);
	child->gone = true;
	close(child->socket);
	message_event(&message, "exit");
	describe_end(&message, child);
	message_send(&message);
	for (int i = 0; i < child->waiters; i++) {
		message_ok(&message, child->waiter[i]);
		describe_end(&message, child);
		message_send(&message);
	}
	pthread_mutex_unlock(&table);
	return NULL;
}

struct keep {
	bool *keep;
	int limit;
};

static void keep_fd(int fd, void *context)
{
	struct keep *keep = context;

	if (fd < keep->limit)
		keep->keep[fd] = true;
}

/* Whatever has no name belongs to the parent: rings, sockets of siblings, the way to the host. */
static void close_unnamed(int except)
{
	static bool kept[4096];
	struct keep keep = { kept, (int)(sizeof(kept) / sizeof(kept[0])) };

	memset(kept, 0, sizeof(kept));
	keep_fd(except, &keep);
	fds_each(keep_fd, &keep);
	for (int fd = STDERR_FILENO + 1; fd < keep.limit; fd++) {
		if (!kept[fd])
			close(fd);
	}
}

static void become_child(const char *name, int socket)
{
	char path[256] = "";
	int nothing;

	if (emit_from()[0] != '\0') {
		strncpy(path, emit_from(), sizeof(path) - NAME_LIMIT - 2);
		strcat(path, "/");
	}
	strcat(path, name);
	emit_restart(path);
	submit_restart();
	spin_restart();
	pthread_mutex_init(&table, NULL);
	memset(children, 0, sizeof(children));
	lingering = false;
	close_unnamed(socket);
	dup2(socket, STDIN_FILENO);
	dup2(socket, STDOUT_FILENO);
	close(socket);
	nothing = open("/dev/null", O_WRONLY | O_CLOEXEC);
	if (nothing >= 0) {
		dup2(nothing, STDERR_FILENO);
		close(nothing);
	}
	reader_init(&requests, STDIN_FILENO);
	announce("p2pmem", P2PMEM_VERSION);
}

static struct child *free_child(const char *name)
{
	struct child *same = child_named(name, strlen(name));

	if (same != NULL)
		return same->gone ? same : NULL;
	for (int i = 0; i < CHILD_LIMIT; i++) {
		if (!children[i].used)
			return &children[i];
	}
	for (int i = 0; i < CHILD_LIMIT; i++) {
		if (children[i].gone)
			return &children[i];
	}
	return NULL;
}

VERB(fork)
{
	const char *name = request->argument[0];
	struct message message;
	struct child *child;
	int pair[2], error;
	pid_t pid;

	if (!is_name(name))
		return reply_bad(request->seq, "the child needs a name");
	pthread_mutex_lock(&table);
	child = free_child(name);
	pthread_mutex_unlock(&table);
	if (child == NULL)
		return reply_bad(request->seq, "a child of that name lives, or there are too many");
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) != 0)
		return reply_errno(request->seq, "socketpair", errno);
	pthread_mutex_lock(&table);
	engines_lock();
	emit_lock();
	pid = fork();
	error = errno;
	if (pid == 0) {
		become_child(name, pair[1]);
		return;
	}
	emit_unlock();
	engines_unlock();
	close(pair[1]);
	if (pid < 0) {
		pthread_mutex_unlock(&table);
		close(pair[0]);
		return reply_errno(request->seq, "fork", error);
	}
	memset(child, 0, sizeof(*child));
	child->used = true;
	strncpy(child->name, name, sizeof(child->name) - 1);
	child->pid = pid;
	child->socket = pair[0];
	reader_init(&child->reader, pair[0]);
	pthread_mutex_unlock(&table);
	message_event(&message, "child");
	message_text(&message, "name", name);
	message_signed(&message, "pid", pid);
	message_send(&message);
	message_ok(&message, request->seq);
	message_signed(&message, "pid", pid);
	message_send(&message);
	error = start_thread(relay, child);
	if (error != 0) { /* nobody would hear the child */
		kill(pid, SIGKILL);
		message_event(&message, "protocol");
		message_text(&message, "reason", "no thread to relay a child");
		message_send(&message);
	}
}

/* `<seq> @a/b verb…` goes to child a as `<seq> @b verb…`. */
bool route_to_child(char *line)
{
	size_t seq = strspn(line, "0123456789");
	char *name = line + seq + 2;
	struct child *child;
	char *rest;
	size_t length;
	ssize_t sent;

	if (seq == 0 || seq > 18 || line[seq] != ' ' || line[seq + 1] != '@')
		return false;
	length = strcspn(name, "/ ");
	rest = name + length;
	line[seq] = '\0';
	pthread_mutex_lock(&table);
	child = child_named(name, length);
	if (child == NULL || child->gone) {
		reply_bad(line, child == NULL ? "no such child" : "the child is gone");
	} else {
		struct iovec parts[4] = {
			{ line, seq },
			{ *rest == '/' ? " @" : " ", *rest == '/' ? 2 : 1 },
			{ *rest == '\0' ? rest : rest + 1, *rest == '\0' ? 0 : strlen(rest + 1) },
			{ "\n", 1 },
		};
		struct msghdr whole = { .msg_iov = parts, .msg_iovlen = 4 };
		size_t wanted = parts[0].iov_len + parts[1].iov_len + parts[2].iov_len + 1;

		/* Without waiting: a child that is stuck must not take its parent with it. */
		sent = sendmsg(child->socket, &whole, MSG_DONTWAIT | MSG_NOSIGNAL);
		if (sent < 0)
			reply_errno(line, "sendmsg", errno);
		else if ((size_t)sent != wanted)
			kill(child->pid, SIGKILL); /* half a line: nothing said to it later would make sense */
	}
	pthread_mutex_unlock(&table);
	return true;
}

/* kill NAME SIGNAL, from outside: also for a child that answers no more */
VERB(kill)
{
	const char *name = request->argument[0];
	int signal = signal_number(request->argument[1]);
	struct child *child;

	if (signal == 0)
		return reply_bad(request->seq, "unknown signal");
	pthread_mutex_lock(&table);
	child = child_named(name, strlen(name));
	if (child == NULL || child->gone)
		reply_bad(request->seq, "no such child");
	else if (kill(child->pid, signal) != 0)
		reply_errno(request->seq, "kill", errno);
	else
		reply_ok(request->seq);
	pthread_mutex_unlock(&table);
}

/* wait NAME: answers when the child is gone; other requests are served meanwhile. */
VERB(wait)
{
	struct message message;
	struct child *child;

	pthread_mutex_lock(&table);
	child = child_named(request->argument[0], strlen(request->argument[0]));
	if (child == NULL) {
		reply_bad(request->seq, "no such child");
	} else if (child->gone) {
		message_ok(&message, request->seq);
		describe_end(&message, child);
		message_send(&message);
	} else if (child->waiters == WAITER_LIMIT) {
		reply_bad(request->seq, "too many wait for that child");
	} else {
		strncpy(child->waiter[child->waiters++], request->seq, sizeof(child->waiter[0]) - 1);
	}
	pthread_mutex_unlock(&table);
}

VERB(exit)
{
	uint64_t code = 0;

	if (request->arguments > 0 && (!parse_number(request->argument[0], &code) || code > 255))
		return reply_bad(request->seq, "the exit code is a number up to 255");
	reply_ok(request->seq);
	_exit((int)code);
}

/* die SIGNAL: this process, without unwinding anything and without a core file */
VERB(die)
{
	int signal = signal_number(request->argument[0]);

	if (signal == 0)
		return reply_bad(request->seq, "unknown signal");
	prctl(PR_SET_DUMPABLE, 0);
	sigaction(signal, &(struct sigaction){ .sa_handler = SIG_DFL }, NULL);
	reply_ok(request->seq);
	kill(getpid(), signal);
}

/* become UID: this process gives up being root for good. */
VERB(become)
{
	uint64_t uid;

	if (!parse_number(request->argument[0], &uid) || uid == 0 || uid > 65534)
		return reply_bad(request->seq, "the uid is a number from 1 to 65534");
	if (setgroups(0, NULL) != 0 || setresgid((gid_t)uid, (gid_t)uid, (gid_t)uid) != 0 ||
	    setresuid((uid_t)uid, (uid_t)uid, (uid_t)uid) != 0)
		return reply_errno(request->seq, "setresuid", errno);
	reply_ok(request->seq);
}

/* From now on the end of the input is no reason to exit: areas and descriptors stay held until we are killed. */
VERB(linger)
{
	lingering = true;
	reply_ok(request->seq);
}
