// SPDX-License-Identifier: GPL-2.0-only
/* Threads that touch one address over and over without entering the kernel, until it faults or they are told. */
#define _GNU_SOURCE
#include "p2pmem.h"

#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <string.h>
#include <x86intrin.h>

#define SPIN_LIMIT 16

struct spin {
	bool used;
	bool volatile stop;
	char id[NAME_LIMIT + 1];
	char seq[24];
	volatile uint64_t *address;
	bool is_write;
	int cpu; /* -1: any */
	uint64_t volatile count, value;
	uint64_t volatile last; /* TSC just before the last access that went through: reading it enters no kernel */
};

static struct spin spins[SPIN_LIMIT];
static pthread_mutex_t table = PTHREAD_MUTEX_INITIALIZER;

void spin_restart(void)
{
	pthread_mutex_init(&table, NULL);
	memset(spins, 0, sizeof(spins));
}

static struct spin *spin_named(const char *id)
{
	for (int i = 0; i < SPIN_LIMIT; i++) {
		if (spins[i].used && strcmp(spins[i].id, id) == 0)
			return &spins[i];
	}
	return NULL;
}

static void touch(struct spin *spin)
{
	uint64_t begun = __rdtsc();

	if (spin->is_write)
		*spin->address = spin->count;
	else
		spin->value = *spin->address;
	spin->last = begun;
	spin->count++;
}

static void touch_once(void *argument)
{
	touch(argument);
}

static void touch_on(void *argument)
{
	struct spin *spin = argument;

	while (!spin->stop)
		touch(spin);
}

static void *run(void *argument)
{
	struct spin *spin = argument;
	struct message message;
	struct fault fault;
	bool stopped;
	/* Whoever runs in between makes the CPU look at its translations again (arch/x86/mm/tlb.c:switch_mm_irqs_off). */
	const struct sched_param first = { .sched_priority = 1 };
	cpu_set_t cpus;

	if (spin->cpu >= 0) {
		const char *refused = NULL;

		CPU_ZERO(&cpus);
		CPU_SET((unsigned)spin->cpu, &cpus);
		if (sched_setaffinity(0, sizeof(cpus), &cpus) != 0)
			refused = "sched_setaffinity";
		else if (sched_setscheduler(0, SCHED_FIFO, &first) != 0)
			refused = "sched_setscheduler";
		if (refused != NULL) {
			reply_errno(spin->seq, refused, errno);
			pthread_mutex_lock(&table);
			spin->used = false;
			pthread_mutex_unlock(&table);
			return NULL;
		}
	}
	stopped = run_guarded(touch_once, spin, &fault);
	reply_ok(spin->seq); /* from here on it is known to spin, or to have faulted */
	if (stopped)
		stopped = run_guarded(touch_on, spin, &fault);
	message_event(&message, stopped ? "spun" : "fault");
	message_text(&message, "id", spin->id);
	if (!stopped) {
		message_text(&message, "signal", signal_name(fault.signal));
		describe_fault(&message, &fault, (uintptr_t)spin->address);
	}
	message_unsigned(&message, "count", spin->count);
	message_hex(&message, "value", spin->value);
	message_unsigned(&message, "last_tsc", spin->last);
	pthread_mutex_lock(&table);
	spin->used = false;
	pthread_mutex_unlock(&table);
	message_send(&message);
	return NULL;
}

/* spin ID NAME OFFSET r|w [cpu=N] */
VERB(spin)
{
	struct area *area = area_named(request->argument[1]);
	bool is_write = strcmp(request->argument[3], "w") == 0;
	struct spin *free = NULL;
	uint64_t offset, cpu;
	bool taken;
	int error;

	if (area == NULL)
		return reply_bad(request->seq, "no such area");
	if (!is_name(request->argument[0]) || !parse_number(request->argument[2], &offset) || offset % 8 != 0 ||
	    offset > area->length || area->length - offset < 8 ||
	    (!is_write && strcmp(request->argument[3], "r") != 0) ||
	    !request_number(request, "cpu", UINT64_MAX, &cpu) || (cpu != UINT64_MAX && cpu >= CPU_SETSIZE))
		return reply_bad(request->seq, "expected ID NAME OFFSET r|w [cpu=N]");
	pthread_mutex_lock(&table);
	taken = spin_named(request->argument[0]) != NULL;
	for (int i = 0; i < SPIN_LIMIT && free == NULL && !taken; i++) {
		if (!spins[i].used)
			free = &spins[i];
	}
	if (free != NULL) {
		memset(free, 0, sizeof(*free));
		free->used = true;
		strncpy(free->id, request->argument[0], sizeof(free->id) - 1);
		strncpy(free->seq, request->seq, sizeof(free->seq) - 1);
		free->address = (volatile uint64_t *)(void *)(area->address + offset);
		free->is_write = is_write;
		free->cpu = cpu == UINT64_MAX ? -1 : (int)cpu;
	}
	pthread_mutex_unlock(&table);
	if (free == NULL)
		return reply_bad(request->seq, taken ? "that one is spinning" : "too many are spinning");
	error = start_thread(run, free);
	if (error != 0) {
		free->used = false;
		reply_errno(request->seq, "pthread_create", error);
	}
}

/* unspin ID: the event `spun` (or `fault`) follows. */
VERB(unspin)
{
	struct spin *spin;

	pthread_mutex_lock(&table);
	spin = spin_named(request->argument[0]);
	if (spin != NULL)
		spin->stop = true;
	pthread_mutex_unlock(&table);
	if (spin == NULL)
		return reply_bad(request->seq, "nothing of that name spins");
	reply_ok(request->seq);
}
