// SPDX-License-Identifier: GPL-2.0-only
/*
 * race: a removal against threads that use the memory, begun when every one of them is at it.
 *
 *   round FILE VALUE ALLOCATE ROLE[,ROLE…]   writes VALUE to FILE while the racers race on memory of ALLOCATE
 *         [bytes=N] [pause=US] [pinned=1]    event `racing` when everybody is at it; replies when it is over and every racer has seen that it is:
 *                                            errno=, elapsed_us=, and ROLE.OUTCOME.PHASE=COUNT where not 0
 */
#define _GNU_SOURCE
#include "race/race.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

static const char *const phase_names[PHASES] = { "before", "during", "over" };
static const char *const outcome_names[OUTCOMES] = {
	"touched", "faulted", "odd", "revived", "mapped", "gone", "empty", "invalid", "refused",
};

struct field {
	struct course course;
	struct racer racer[RACER_LIMIT];
};

static void pin(int cpu)
{
	cpu_set_t cpus;

	CPU_ZERO(&cpus);
	for (int any = 0; cpu < 0 && any < CPU_SETSIZE; any++)
		CPU_SET((unsigned)any, &cpus);
	if (cpu >= 0)
		CPU_SET((unsigned)cpu, &cpus);
	sched_setaffinity(0, sizeof(cpus), &cpus);
}

static void *run(void *argument)
{
	struct racer *racer = argument;

	pin(racer->cpu);
	racer->role->run(racer);
	racing(racer); /* also one that could do nothing holds nobody up */
	return NULL;
}

/* Adds the racers that `text` names; their number, or -1. */
static int line_up(struct field *field, char *text)
{
	char *rest = NULL;
	int count = 0;

	for (char *word = strtok_r(text, ",", &rest); word != NULL; word = strtok_r(NULL, ",", &rest)) {
		const struct role *role = NULL;

		for (size_t row = 0; row < role_count; row++) {
			if (strcmp(roles[row].name, word) == 0)
				role = &roles[row];
		}
		if (role == NULL || count == RACER_LIMIT)
			return -1;
		field->racer[count].role = role;
		field->racer[count].course = &field->course;
		field->racer[count].fd = -1;
		count++;
	}
	return count;
}

/* Each racer has a descriptor and memory of its own; errno, or 0. */
static int equip(struct field *field, int count)
{
	for (int i = 0; i < count; i++) {
		struct racer *racer = &field->racer[i];
		void *memory;

		racer->fd = open(field->course.allocate, O_RDWR | O_CLOEXEC);
		if (racer->fd < 0)
			return errno;
		memory = mmap(NULL, field->course.bytes, PROT_READ | PROT_WRITE, MAP_SHARED, racer->fd, 0);
		if (memory == MAP_FAILED)
			return errno;
		racer->memory = memory;
		for (size_t at = 0; at < field->course.bytes; at += 4096)
			*(volatile uint64_t *)((uint8_t *)memory + at) = 1;
	}
	return 0;
}

static void strip(struct field *field, int count)
{
	for (int i = 0; i < count; i++) {
		if (field->racer[i].memory != NULL)
			munmap((void *)field->racer[i].memory, field->course.bytes);
		if (field->racer[i].fd >= 0)
			close(field->racer[i].fd);
	}
}

static int remove_now(const char *file, const char *value)
{
	int fd = open(file, O_WRONLY | O_CLOEXEC);
	int error = 0;

	if (fd < 0)
		return errno;
	if (write(fd, value, strlen(value)) < 0)
		error = errno;
	close(fd);
	return error;
}

static void tell(const struct request *request, struct field *field, int count, int error, uint64_t elapsed)
{
	struct message message;

	message_ok(&message, request->seq);
	if (error != 0)
		message_text(&message, "errno", errno_name(error));
	message_unsigned(&message, "elapsed_us", elapsed);
	for (size_t row = 0; row < role_count; row++) {
		for (int outcome = 0; outcome < OUTCOMES; outcome++) {
			for (int phase = 0; phase < PHASES; phase++) {
				uint64_t sum = 0;
				char key[64];

				for (int i = 0; i < count; i++) {
					if (field->racer[i].role == &roles[row])
						sum += field->racer[i].count[phase][outcome];
				}
				if (sum == 0)
					continue;
				snprintf(key, sizeof(key), "%s.%s.%s", roles[row].name, outcome_names[outcome],
					 phase_names[phase]);
				message_unsigned(&message, key, sum);
			}
		}
	}
	message_send(&message);
}

static void verb_round(const struct request *request)
{
	struct field *field;
	struct message start;
	pthread_t thread[RACER_LIMIT];
	char text[256];
	uint64_t bytes, pause, pinned, since, until;
	long cpus = sysconf(_SC_NPROCESSORS_ONLN);
	int count, error, started = 0;

	if (!request_number(request, "bytes", 16384, &bytes) || bytes == 0 || bytes % 4096 != 0 ||
	    !request_number(request, "pause", 0, &pause) || !request_number(request, "pinned", 0, &pinned) ||
	    strlen(request->argument[3]) >= sizeof(text))
		return reply_bad(request->seq, "expected FILE VALUE ALLOCATE ROLES [bytes=N] [pause=US] [pinned=1]");
	/* Shared: forked children count, too. */
	field = mmap(NULL, sizeof(*field), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (field == MAP_FAILED)
		return reply_errno(request->seq, "mmap", errno);
	field->course.bytes = bytes;
	field->course.allocate = request->argument[2];
	strcpy(text, request->argument[3]);
	count = line_up(field, text);
	if (count <= 0) {
		munmap(field, sizeof(*field));
		return reply_bad(request->seq, "no such roles, or too many racers");
	}
	error = equip(field, count);
	for (int i = 0; i < count && error == 0; i++) {
		/* The remover has CPU 0; a single CPU is everybody's. */
		field->racer[i].cpu = pinned != 0 ? (cpus > 1 ? 1 + i % (int)(cpus - 1) : 0) : -1;
		error = pthread_create(&thread[i], NULL, run, &field->racer[i]);
		started += error == 0;
	}
	if (error != 0) {
		atomic_store(&field->course.phase, OVER);
		for (int i = 0; i < started; i++)
			pthread_join(thread[i], NULL);
		strip(field, count);
		munmap(field, sizeof(*field));
		return reply_errno(request->seq, "equip", error);
	}
	pin(pinned != 0 ? 0 : -1);
	while (atomic_load(&field->course.ready) < count)
		sched_yield();
	message_event(&start, "racing");
	message_send(&start);
	for (until = now_us() + pause; now_us() < until;)
		sched_yield();
	since = now_us();
	atomic_store(&field->course.phase, DURING);
	error = remove_now(request->argument[0], request->argument[1]);
	atomic_store(&field->course.phase, OVER);
	since = now_us() - since;
	for (int i = 0; i < count; i++)
		pthread_join(thread[i], NULL);
	tell(request, field, count, error, since);
	strip(field, count);
	munmap(field, sizeof(*field));
}

static void verb_help(const struct request *request);

static const struct verb verbs[] = {
	{ "round", 4, verb_round },
	{ "help", 0, verb_help },
};
static const struct service service = { verbs, sizeof(verbs) / sizeof(verbs[0]), NULL };

static void verb_help(const struct request *request)
{
	reply_verbs(&service, request);
}

int main(void)
{
	static struct reader requests;

	signal(SIGPIPE, SIG_IGN);
	accesses_catch();
	reader_init(&requests, STDIN_FILENO);
	announce("race", RACE_VERSION);
	while (serve_input(&service, &requests))
		continue;
	_exit(0);
}
