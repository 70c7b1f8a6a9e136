/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef LASTREF_REMOVER_H
#define LASTREF_REMOVER_H

#include "../shared/line.h"

#include <sys/types.h>

#define REMOVER_VERSION 1

/* Adds what the kernel shows of a process; 0 or an errno when it is gone. */
int describe_process(struct message *message, pid_t pid);

#endif
