// SPDX-License-Identifier: GPL-2.0-only
/*
 * A sysfs of one's own: sysfs has a superblock, and so inodes and address spaces, for each network namespace
 * (fs/sysfs/mount.c:sysfs_get_tree). Whoever zaps the mappings of a file has to find those of each.
 */
#define _GNU_SOURCE
#include "p2pmem.h"

#include <errno.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/stat.h>

/* ownsysfs PATH: into new network and mount namespaces, with their sysfs at PATH. */
VERB(ownsysfs)
{
	const char *path = request->argument[0];

	if (unshare(CLONE_NEWNET | CLONE_NEWNS) != 0)
		return reply_errno(request->seq, "unshare", errno);
	if (mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0)
		return reply_errno(request->seq, "mount", errno);
	if (mkdir(path, 0700) != 0 && errno != EEXIST)
		return reply_errno(request->seq, "mkdir", errno);
	if (mount("sysfs", path, "sysfs", 0, NULL) != 0)
		return reply_errno(request->seq, "mount", errno);
	reply_ok(request->seq);
}
