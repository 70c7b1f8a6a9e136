// SPDX-License-Identifier: GPL-2.0-only
/* A process that dies with the area mapped, and what of the area its core file holds. */
#define _GNU_SOURCE
#include "take.h"

#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

static bool put(const char *path, const char *value)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	bool good = fd >= 0 && write(fd, value, __builtin_strlen(value)) > 0;

	if (fd >= 0)
		close(fd);
	return good;
}

/* Words that are not zero among the bytes the core file has of an address range; -1 when it does not have them. */
static long words_in(int fd, uint64_t at, uint64_t count)
{
	Elf64_Ehdr header;
	Elf64_Phdr segment;

	if (pread(fd, &header, sizeof(header), 0) != (ssize_t)sizeof(header))
		return -1;
	for (int i = 0; i < header.e_phnum; i++) {
		if (pread(fd, &segment, sizeof(segment), (off_t)(header.e_phoff + (uint64_t)i * sizeof(segment))) !=
		    (ssize_t)sizeof(segment))
			return -1;
		if (segment.p_type != PT_LOAD || segment.p_vaddr > at || segment.p_vaddr + segment.p_memsz < at + count)
			continue;
		long words = 0;

		if (segment.p_filesz < at - segment.p_vaddr + count)
			return -1;
		for (uint64_t from = 0; from < count; from += 8) {
			uint64_t word = 0;

			if (pread(fd, &word, sizeof(word), (off_t)(segment.p_offset + at - segment.p_vaddr + from)) < 0)
				return -1;
			words += word != 0;
		}
		return words;
	}
	return -1;
}

/* core: the number of words of the area that its core file shows, 0 for a hole. A range the file lacks is ENODATA. */
TAKER(core)
{
	char path[64];
	int status = 0;
	long words;
	pid_t pid;
	int fd;

	if (!put("/proc/sys/kernel/core_pattern", "/tmp/core.%p"))
		return lacking(take, "core_pattern");
	pid = fork();
	if (pid < 0)
		return lacking(take, "fork");
	if (pid == 0) {
		setrlimit(RLIMIT_CORE, &(struct rlimit){ RLIM_INFINITY, RLIM_INFINITY });
		prctl(PR_SET_DUMPABLE, 1);
		put("/proc/self/coredump_filter", "0x7f"); /* shared mappings of files, too */
		signal(SIGABRT, SIG_DFL);
		abort();
	}
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	snprintf(path, sizeof(path), "/tmp/core.%d", pid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return lacking(take, "open");
	words = words_in(fd, (uintptr_t)take->at, take->count);
	close(fd);
	unlink(path);
	if (words < 0) {
		errno = ENODATA;
		return refused(take, "core");
	}
	return words;
}
