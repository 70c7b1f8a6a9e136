// SPDX-License-Identifier: GPL-2.0-only
/*
 * Many processes that map and unmap one pool at once, each from a seed of its own. Every mapping is marked with its
 * owner's canaries and looked at again before it is given back: a word of somebody else is counted, and so is every
 * errno that mmap gave.
 */
#define _GNU_SOURCE
#include "p2pmem.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#define PAGE 4096
#define MARK_STRIDE 512 /* device memory is slow to touch: a few words of a page are enough to tell whose it is */
#define HELD_LIMIT 32
#define PROCESS_LIMIT 16

/* Shared by all of them. */
struct tally {
	uint64_t mapped, nomem, invalid, other, foreign;
	int last_other; /* an errno that nobody expected */
};

struct held {
	uint8_t *address;
	uint64_t length;
	uint32_t seed;
};

static uint64_t draw(uint64_t *state)
{
	*state ^= *state << 13;
	*state ^= *state >> 7;
	*state ^= *state << 17;
	return *state;
}

static void mark(const struct held *held)
{
	for (uint64_t at = 0; at < held->length; at += MARK_STRIDE)
		*(volatile uint64_t *)(held->address + at) = canary_word(held->seed, at);
}

static uint64_t count_foreign(const struct held *held)
{
	uint64_t foreign = 0;

	for (uint64_t at = 0; at < held->length; at += MARK_STRIDE)
		foreign += *(volatile uint64_t *)(held->address + at) != canary_word(held->seed, at);
	return foreign;
}

static void add(uint64_t *counter, uint64_t count)
{
	__atomic_add_fetch(counter, count, __ATOMIC_RELAXED);
}

struct plan {
	int fd;
	uint64_t rounds, pages, keep, seed;
};

static void churn(const struct plan *plan, int number, struct tally *tally)
{
	uint64_t state = (plan->seed + 1) * 0x9e3779b97f4a7c15u ^ (uint64_t)(number + 1) << 32;
	struct held held[HELD_LIMIT] = { 0 };
	uint32_t serial = 0;

	for (uint64_t round = 0; round < plan->rounds; round++) {
		struct held *slot = &held[draw(&state) % plan->keep];

		if (slot->address != NULL) {
			add(&tally->foreign, count_foreign(slot));
			munmap(slot->address, slot->length);
			slot->address = NULL;
			continue;
		}
		slot->length = (1 + draw(&state) % plan->pages) * PAGE;
		slot->seed = (uint32_t)(number + 1) << 24 | (++serial & 0xffffff);
		slot->address = mmap(NULL, slot->length, PROT_READ | PROT_WRITE, MAP_SHARED, plan->fd, 0);
		if (slot->address != MAP_FAILED) {
			add(&tally->mapped, 1);
			mark(slot);
			continue;
		}
		slot->address = NULL;
		if (errno == ENOMEM) {
			add(&tally->nomem, 1);
		} else if (errno == EINVAL) {
			add(&tally->invalid, 1);
		} else {
			tally->last_other = errno;
			add(&tally->other, 1);
		}
	}
	for (uint64_t i = 0; i < plan->keep; i++) {
		if (held[i].address != NULL)
			add(&tally->foreign, count_foreign(&held[i]));
	}
}

static void report(const struct request *request, const struct tally *tally, int died)
{
	struct message message;

	message_ok(&message, request->seq);
	message_unsigned(&message, "mapped", tally->mapped);
	message_unsigned(&message, "nomem", tally->nomem);
	message_unsigned(&message, "invalid", tally->invalid);
	message_unsigned(&message, "other", tally->other);
	message_text(&message, "errno", tally->other > 0 ? errno_name(tally->last_other) : "none");
	message_unsigned(&message, "foreign", tally->foreign);
	message_signed(&message, "died", died);
	message_send(&message);
}

/* churn FD seed= procs= rounds= pages= keep=: answers when all are done; each keeps up to `keep` mappings of up to `pages`. */
VERB(churn)
{
	struct plan plan = { .fd = fd_named(request->argument[0]) };
	struct tally *tally;
	uint64_t processes;
	int died = 0;

	if (plan.fd < 0)
		return reply_bad(request->seq, "no such descriptor");
	if (!request_number(request, "seed", 1, &plan.seed) || !request_number(request, "procs", 3, &processes) ||
	    !request_number(request, "rounds", 1000, &plan.rounds) || !request_number(request, "pages", 1, &plan.pages) ||
	    !request_number(request, "keep", 1, &plan.keep) || processes == 0 || processes > PROCESS_LIMIT ||
	    plan.pages == 0 || plan.keep == 0 || plan.keep > HELD_LIMIT)
		return reply_bad(request->seq, "seed=, procs= (16), rounds=, pages= and keep= (32) are numbers");
	tally = mmap(NULL, sizeof(*tally), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (tally == MAP_FAILED)
		return reply_errno(request->seq, "mmap", errno);
	engines_lock();
	emit_lock();
	for (uint64_t number = 0; number < processes; number++) {
		pid_t parent = getpid(), pid = fork();

		if (pid == 0) {
			die_with(parent);
			churn(&plan, (int)number, tally);
			_exit(0);
		}
		died += pid < 0;
	}
	emit_unlock();
	engines_unlock();
	for (uint64_t number = (uint64_t)died; number < processes; number++) {
		int status = 0;

		while (waitpid(0, &status, 0) < 0 && errno == EINTR)
			;
		died += !WIFEXITED(status) || WEXITSTATUS(status) != 0;
	}
	report(request, tally, died);
	munmap(tally, sizeof(*tally));
}
