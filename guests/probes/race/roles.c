// SPDX-License-Identifier: GPL-2.0-only
/* What a racer does until the removal is over and for a while after. A new role is a function and a row. */
#define _GNU_SOURCE
#include "race.h"

#include <errno.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

/* Time between mmap and munmap, as long as these take on a slow machine: so that the zap finds one or the other. */
#define USE_US 2000

/* mmap of the pool, counted; NULL when it was refused. */
static volatile uint64_t *map_memory(struct racer *racer)
{
	enum phase phase = phase_now(racer);
	void *memory = mmap(NULL, racer->course->bytes, PROT_READ | PROT_WRITE, MAP_SHARED, racer->fd, 0);

	if (memory != MAP_FAILED) {
		count_outcome(racer, phase, MAPPED);
		return memory;
	}
	/* Refusals are the removal's doing from the moment on that it began; the phase may have changed since. */
	if (errno == ENODEV)
		phase = phase_now(racer);
	count_outcome(racer, phase, errno == ENODEV ? GONE : errno == ENOMEM ? EMPTY : errno == EINVAL ? INVALID : REFUSED);
	return NULL;
}

static volatile uint64_t *last_word(struct racer *racer, volatile uint64_t *memory)
{
	return memory + racer->course->bytes / sizeof(*memory) - 1;
}

/* True while there is something to do; counts how long it has been over. */
static bool goes_on(const struct racer *racer, unsigned *late)
{
	return phase_now(racer) != OVER || (*late)++ < LATE_ATTEMPTS;
}

/*
 * After a fault the page may never be there again. The last one may well live on for a while: the zap goes page by page, and
 * sleeps in between when somebody else wants the CPU (mm/memory.c:zap_pte_range).
 */
static void stay_dead(struct racer *racer, bool is_write)
{
	volatile uint64_t *words[] = { racer->memory, last_word(racer, racer->memory) };
	bool is_dead[] = { true, false };
	unsigned late = 0;

	while (goes_on(racer, &late)) {
		for (size_t which = 0; which < sizeof(words) / sizeof(words[0]); which++) {
			if (!access_word(racer, words[which], is_write))
				is_dead[which] = true;
			else if (is_dead[which])
				count_outcome(racer, phase_now(racer), REVIVED);
		}
	}
}

static void load(struct racer *racer)
{
	access_spin(racer, racer->memory, false);
	stay_dead(racer, false);
}

static void store(struct racer *racer)
{
	access_spin(racer, racer->memory, true);
	stay_dead(racer, true);
}

/* Maps, touches and unmaps. */
static void churn(struct racer *racer)
{
	const size_t words = racer->course->bytes / sizeof(uint64_t);
	unsigned late = 0;
	uint64_t until;

	while (goes_on(racer, &late)) {
		volatile uint64_t *memory = map_memory(racer);

		if (memory == NULL)
			continue;
		until = now_us() + USE_US;
		for (size_t use = 0; now_us() < until && access_word(racer, memory + use % words, true); use += 61)
			continue;
		munmap((void *)memory, racer->course->bytes);
		racing(racer);
	}
}

/*
 * Maps again the moment that its memory is taken away, and gives nothing back by itself: a removal that lets it in once
 * more, after its zap, waits for ever.
 */
static void remap(struct racer *racer)
{
	unsigned late = 0;

	while (goes_on(racer, &late)) {
		volatile uint64_t *memory = map_memory(racer);

		if (memory == NULL)
			continue;
		access_spin(racer, last_word(racer, memory), true);
		munmap((void *)memory, racer->course->bytes);
	}
}

/* Moves its mapping about and gives single pages back while it is mapped. */
static void storm(struct racer *racer)
{
	unsigned late = 0;
	long page = sysconf(_SC_PAGESIZE);

	while (goes_on(racer, &late)) {
		volatile uint64_t *memory = map_memory(racer);
		void *room, *moved;

		if (memory == NULL)
			continue;
		access_word(racer, memory, true);
		madvise((void *)memory, (size_t)page, MADV_DONTNEED);
		/* fs/kernfs/file.c:kernfs_vma_fault: there is no ->fault, so a page that was given back never returns */
		if (access_word(racer, memory, false))
			count_outcome(racer, phase_now(racer), ODD);
		room = mmap(NULL, racer->course->bytes, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
		moved = mremap((void *)memory, racer->course->bytes, racer->course->bytes, MREMAP_MAYMOVE | MREMAP_FIXED, room);
		if (moved != MAP_FAILED)
			memory = moved;
		access_word(racer, last_word(racer, memory), true);
		munmap((void *)memory, racer->course->bytes);
		racing(racer);
	}
}

/* Children that touch what they were born with. */
static void spawn(struct racer *racer)
{
	unsigned late = 0;

	while (goes_on(racer, &late)) {
		pid_t child = fork();

		if (child < 0) {
			count_outcome(racer, phase_now(racer), REFUSED);
			continue;
		}
		if (child == 0) {
			access_word(racer, racer->memory, false);
			access_word(racer, last_word(racer, racer->memory), true);
			_exit(0);
		}
		while (waitpid(child, NULL, 0) < 0 && errno == EINTR)
			continue;
		racing(racer);
	}
}

const struct role roles[] = {
	{ "load", load },   { "store", store }, { "churn", churn },
	{ "remap", remap }, { "storm", storm }, { "spawn", spawn },
};
const size_t role_count = sizeof(roles) / sizeof(roles[0]);
