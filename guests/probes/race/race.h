/* SPDX-License-Identifier: GPL-2.0-only */
/* race: who uses device memory while it is taken away, and what each got from the kernel in which phase. */
#ifndef LASTREF_RACE_H
#define LASTREF_RACE_H

#include "../shared/serve.h"

#include <stdatomic.h>

#define RACE_VERSION 1
#define RACER_LIMIT 16
/* Attempts of each racer once the removal is over: all of them must fail. */
#define LATE_ATTEMPTS 64

enum phase { BEFORE, DURING, OVER, PHASES };

enum outcome {
	TOUCHED, /* an access went through */
	FAULTED, /* it raised SIGBUS with BUS_ADRERR */
	ODD, /* it raised something else, or went through where nothing can be */
	REVIVED, /* it went through although one before it had faulted */
	MAPPED, /* mmap gave memory */
	GONE, /* mmap: ENODEV */
	EMPTY, /* mmap: ENOMEM */
	INVALID, /* mmap: EINVAL */
	REFUSED, /* any other refusal */
	OUTCOMES
};

struct racer;

struct role {
	const char *name;
	/* One attempt, or as many as fit before a fault; false when it can do no more. */
	void (*run)(struct racer *racer);
};

/* What racers and their forked children share. */
struct course {
	atomic_int phase, ready;
	size_t bytes;
	const char *allocate;
};

struct racer {
	const struct role *role;
	struct course *course;
	int cpu; /* -1: any */
	int fd;
	atomic_bool is_ready;
	volatile uint64_t *memory; /* the racer's own mapping, made before the start */
	_Atomic uint64_t count[PHASES][OUTCOMES];
};

extern const struct role roles[];
extern const size_t role_count;

/* access.c: handlers for SIGBUS and SIGSEGV, per thread */
void accesses_catch(void);
/* Reads (or writes) a word and counts what it came to; true when it went through. */
bool access_word(struct racer *racer, volatile uint64_t *word, bool is_write);
/* Accesses a word over and over, without entering the kernel, until it faults or the removal has been over for long. */
void access_spin(struct racer *racer, volatile uint64_t *word, bool is_write);
void count_outcome(struct racer *racer, enum phase phase, enum outcome outcome);
enum phase phase_now(const struct racer *racer);
/* From here on the racer is known to be racing. */
void racing(struct racer *racer);

#endif
