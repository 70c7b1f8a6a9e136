/* SPDX-License-Identifier: GPL-2.0-only */
/* Takers: the paths by which the kernel could get hold of an area's pages. One row of take.c each. */
#ifndef LASTREF_TAKE_H
#define LASTREF_TAKE_H

#include "p2pmem.h"

struct take {
	uint8_t *at;
	uint64_t count;
	const struct request *request;
	const char *call; /* the system call that answered */
	bool lacking; /* it was a preparation that failed: this guest cannot be asked */
};

/* What the call returned, or a negative errno. */
typedef long (*taker)(struct take *take);

/* -errno of the call that must be asked. */
long refused(struct take *take, const char *call);
/* -errno of a call that only prepares the question. */
long lacking(struct take *take, const char *call);
/* An option of the request as a number, 0 when it is absent or none. */
uint64_t wish(const struct take *take, const char *key);
/* True when the request has this word behind path and area. */
bool wants(const struct take *take, const char *word);
/* Runs body in a child process and hands on what it returns; `call` is the body's to name. */
long in_child(struct take *take, taker body);

#define TAKER(name) long take_##name(struct take *take)
/* take-peek.c */
TAKER(vmsplice);
TAKER(process_vm);
TAKER(ptrace);
TAKER(proc_mem);
TAKER(futex);
TAKER(copy);
/* take-policy.c */
TAKER(uffd);
TAKER(move_pages);
TAKER(mbind);
TAKER(mempolicy);
TAKER(populate);
/* take-register.c */
TAKER(uring_buffers);
TAKER(umem);
TAKER(msg_zerocopy);
/* take-rdma.c */
TAKER(rdma);
/* take-gup.c */
TAKER(gup);
TAKER(longterm);
/* take-nvme.c */
TAKER(nvme);
TAKER(nvme_vector);
TAKER(uring_command);
/* take-machine.c */
TAKER(vfio);
TAKER(kvm);
/* take-core.c */
TAKER(core);

#endif
