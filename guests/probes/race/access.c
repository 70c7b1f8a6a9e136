// SPDX-License-Identifier: GPL-2.0-only
#include "race.h"

#include <setjmp.h>
#include <signal.h>
#include <string.h>

static __thread sigjmp_buf back;
static __thread volatile int caught_signal, caught_code;
static __thread bool guarded;

static void on_fault(int signal, siginfo_t *info, void *context)
{
	(void)context;
	if (!guarded)
		_Exit(99);
	caught_signal = signal;
	caught_code = info->si_code;
	siglongjmp(back, 1);
}

void accesses_catch(void)
{
	struct sigaction action;

	memset(&action, 0, sizeof(action));
	action.sa_sigaction = on_fault;
	action.sa_flags = SA_SIGINFO | SA_NODEFER; /* nothing to restore: sigsetjmp without the mask enters no kernel */
	sigaction(SIGBUS, &action, NULL);
	sigaction(SIGSEGV, &action, NULL);
}

enum phase phase_now(const struct racer *racer)
{
	return (enum phase)atomic_load(&racer->course->phase);
}

void count_outcome(struct racer *racer, enum phase phase, enum outcome outcome)
{
	atomic_fetch_add_explicit(&racer->count[phase][outcome], 1, memory_order_relaxed);
}

void racing(struct racer *racer)
{
	if (!atomic_exchange(&racer->is_ready, true))
		atomic_fetch_add(&racer->course->ready, 1);
}

static void count_fault(struct racer *racer, enum phase phase)
{
	bool expected = caught_signal == SIGBUS && caught_code == BUS_ADRERR;

	count_outcome(racer, phase, expected ? FAULTED : ODD);
}

static void reach(volatile uint64_t *word, bool is_write)
{
	if (is_write)
		*word = 1;
	else
		(void)*word;
}

bool access_word(struct racer *racer, volatile uint64_t *word, bool is_write)
{
	enum phase phase = phase_now(racer);

	guarded = true;
	if (sigsetjmp(back, 0) != 0) {
		guarded = false;
		count_fault(racer, phase_now(racer) == OVER ? OVER : phase);
		return false;
	}
	reach(word, is_write);
	guarded = false;
	count_outcome(racer, phase, TOUCHED);
	return true;
}

void access_spin(struct racer *racer, volatile uint64_t *word, bool is_write)
{
	/* Volatile: they live across the jump. */
	volatile enum phase phase = phase_now(racer);
	volatile unsigned late = 0;

	guarded = true;
	if (sigsetjmp(back, 0) != 0) {
		guarded = false;
		count_fault(racer, phase);
		return;
	}
	while (late < LATE_ATTEMPTS) {
		phase = phase_now(racer);
		reach(word, is_write);
		count_outcome(racer, phase, TOUCHED);
		racing(racer);
		if (phase == OVER)
			late++;
	}
	guarded = false;
}
