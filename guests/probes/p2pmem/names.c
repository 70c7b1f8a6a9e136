// SPDX-License-Identifier: GPL-2.0-only
#include "names.h"

#include <string.h>

static unsigned bucket_of(const char *name)
{
	unsigned hash = 2166136261u;

	for (; *name != '\0'; name++)
		hash = (hash ^ (unsigned char)*name) * 16777619u;
	return hash % NAMES_BUCKETS;
}

int names_find(const struct names *names, const char *name)
{
	for (int at = names->bucket[bucket_of(name)]; at != 0; at = names->slot[at - 1].next) {
		if (strcmp(names->slot[at - 1].name, name) == 0)
			return at - 1;
	}
	return -1;
}

int names_add(struct names *names, const char *name)
{
	int *bucket = &names->bucket[bucket_of(name)];
	int slot = names->free - 1;

	if (slot >= 0)
		names->free = names->slot[slot].next;
	else if (names->fresh < names->capacity)
		slot = names->fresh++;
	else
		return -1;
	strncpy(names->slot[slot].name, name, NAME_LIMIT);
	names->slot[slot].next = *bucket;
	*bucket = slot + 1;
	return slot;
}

void names_remove(struct names *names, int slot)
{
	int *link = &names->bucket[bucket_of(names->slot[slot].name)];

	while (*link != slot + 1)
		link = &names->slot[*link - 1].next;
	*link = names->slot[slot].next;
	memset(names->slot[slot].name, 0, sizeof(names->slot[slot].name));
	names->slot[slot].next = names->free;
	names->free = slot + 1;
}
