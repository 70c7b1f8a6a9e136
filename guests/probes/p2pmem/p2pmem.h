/* SPDX-License-Identifier: GPL-2.0-only */
/* p2pmem: holds mappings and descriptors of device memory, touches them, and has the kernel do I/O on them. */
#ifndef LASTREF_P2PMEM_H
#define LASTREF_P2PMEM_H

#include "../shared/serve.h"

#include <sys/uio.h>

#define P2PMEM_VERSION 1

/* files.c: descriptors */
int fd_named(const char *name); /* -1: unknown */
void fds_each(void (*visit)(int fd, void *context), void *context);

/* maps.c: areas of memory */
struct area {
	uint8_t *address;
	uint64_t length;
};
struct area *area_named(const char *name);
/* Reads off= and len= (default: all of it) and checks them against the area; false after a reply. */
bool area_range(const struct request *request, const struct area *area, uint64_t *from, uint64_t *count);

/* maps.c as well: NAME:OFFSET:LENGTH[,NAME:OFFSET:LENGTH…] */
#define SEGMENT_LIMIT 16
/* Number of segments; 0 when the text is wrong or names an unknown area. */
int parse_segments(const char *text, struct iovec segments[SEGMENT_LIMIT]);

/* fault.c: signals of an access */
struct fault {
	int signal, code;
	uintptr_t address;
};
void faults_catch(void);
/* Runs body; false when it was cut off by SIGBUS or SIGSEGV. Any thread; does not nest. */
bool run_guarded(void (*body)(void *), void *argument, struct fault *fault);
/* code=, addr= and whether the kernel named the very address that was touched. */
void describe_fault(struct message *message, const struct fault *fault, uintptr_t touched);

/* canary.c: the word that belongs at a byte offset of a buffer filled from a seed */
uint64_t canary_word(uint32_t seed, uint64_t offset);

/* engine-*.c: one asynchronous request, in a thread of its own */
struct work {
	bool is_write;
	int fd;
	uint64_t offset;
	int segments;
	struct iovec segment[SEGMENT_LIMIT];
	/* Called by the engine once, after the kernel has taken the request and before waiting for it. */
	void (*accepted)(struct work *work, const char *engine);
	int refused; /* errno of the submission itself; 0 once accepted */
	const char *call; /* the call that refused */
};
/* Bytes moved, or a negative errno. ENOSYS or EPERM in work->refused: this kernel lacks the engine. */
long uring_run(struct work *work);
long aio_run(struct work *work);

/* family.c, submit.c, spin.c */
void engines_lock(void);
void engines_unlock(void);
void submit_restart(void);
void spin_restart(void);
/* Passes `<seq> @child rest…` on; false when the line is no such request. */
bool route_to_child(char *line);
/* The reader of the main loop: a child starts with an empty one. */
extern struct reader requests;
extern bool lingering;

/* A thread with a small stack and every signal blocked that is not its own fault; errno or 0. */
int start_thread(void *(*body)(void *), void *argument);

#define VERB(name) void verb_##name(const struct request *request)
VERB(open);
VERB(close);
VERB(pread);
VERB(pwrite);
VERB(readfd);
VERB(poll);
VERB(read);
VERB(write);
VERB(stat);
VERB(map);
VERB(anon);
VERB(unmap);
VERB(mprotect);
VERB(madvise);
VERB(mremap);
VERB(mlock);
VERB(munlock);
VERB(mlockall);
VERB(touch);
VERB(fill);
VERB(verify);
VERB(copy);
VERB(compare);
VERB(parity);
VERB(peek);
VERB(submit);
VERB(inflight);
VERB(take);
VERB(churn);
VERB(forking);
VERB(mapfail);
VERB(writefail);
VERB(spin);
VERB(unspin);
VERB(reread);
VERB(unread);
VERB(ownsysfs);
VERB(fork);
VERB(kill);
VERB(wait);
VERB(exit);
VERB(die);
VERB(linger);
VERB(become);

#endif
