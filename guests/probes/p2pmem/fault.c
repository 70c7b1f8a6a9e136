// SPDX-License-Identifier: GPL-2.0-only
/* SIGBUS and SIGSEGV of our own accesses become replies; any other one is reported and then kills us as usual. */
#include "p2pmem.h"

#include <setjmp.h>
#include <signal.h>
#include <unistd.h>

static _Thread_local struct {
	sigjmp_buf back;
	volatile sig_atomic_t armed;
	struct fault fault;
} guard;

static void on_signal(int signal, siginfo_t *info, void *context)
{
	struct message message;

	(void)context;
	if (guard.armed) {
		guard.armed = 0;
		guard.fault = (struct fault){ signal, info->si_code, (uintptr_t)info->si_addr };
		siglongjmp(guard.back, 1);
	}
	message_event(&message, "crash");
	message_text(&message, "signal", signal_name(signal));
	message_text(&message, "code", signal_code_name(signal, info->si_code));
	message_hex(&message, "addr", (uintptr_t)info->si_addr);
	message_send(&message);
	sigaction(signal, &(struct sigaction){ .sa_handler = SIG_DFL }, NULL);
	raise(signal);
}

void faults_catch(void)
{
	struct sigaction action = { .sa_sigaction = on_signal, .sa_flags = SA_SIGINFO | SA_NODEFER };

	sigaction(SIGBUS, &action, NULL);
	sigaction(SIGSEGV, &action, NULL);
}

bool run_guarded(void (*body)(void *), void *argument, struct fault *fault)
{
	if (sigsetjmp(guard.back, 1) != 0) {
		*fault = guard.fault;
		return false;
	}
	guard.armed = 1;
	body(argument);
	guard.armed = 0;
	return true;
}

void describe_fault(struct message *message, const struct fault *fault, uintptr_t touched)
{
	message_text(message, "code", signal_code_name(fault->signal, fault->code));
	message_hex(message, "addr", fault->address);
	message_hex(message, "touched", touched);
	message_unsigned(message, "exact", fault->address == touched);
}
