/* SPDX-License-Identifier: GPL-2.0-only */
/* A hashed table of names over slots that the owner provides. All zeroes but `slot` and `capacity` is an empty one. */
#ifndef LASTREF_NAMES_H
#define LASTREF_NAMES_H

#include "../shared/line.h"

#define NAMES_BUCKETS 1024

struct name_slot {
	char name[NAME_LIMIT + 1]; /* empty: the slot is free */
	int next; /* slot number + 1; 0 ends a chain */
};

struct names {
	struct name_slot *slot;
	int capacity, fresh, free;
	int bucket[NAMES_BUCKETS];
};

int names_find(const struct names *names, const char *name); /* -1: unknown */
int names_add(struct names *names, const char *name); /* -1: full; the name must be new */
void names_remove(struct names *names, int slot);

#endif
