// SPDX-License-Identifier: GPL-2.0-only
/* Calls that want to lock, move, poison or watch pages rather than use them. */
#define _GNU_SOURCE
#include "take.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/mempolicy.h>
#include <linux/userfaultfd.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

TAKER(uffd)
{
	struct uffdio_api api = { .api = UFFD_API };
	struct uffdio_register wanted = {
		.range = { (uintptr_t)take->at, take->count },
		.mode = wants(take, "wp") ? UFFDIO_REGISTER_MODE_WP : UFFDIO_REGISTER_MODE_MISSING,
	};
	long result = 0;
	int fd = (int)syscall(SYS_userfaultfd, O_CLOEXEC | O_NONBLOCK);

	if (fd < 0)
		return lacking(take, "userfaultfd");
	if (ioctl(fd, UFFDIO_API, &api) != 0)
		result = lacking(take, "UFFDIO_API");
	else if (ioctl(fd, UFFDIO_REGISTER, &wanted) != 0)
		result = refused(take, "UFFDIO_REGISTER");
	close(fd);
	return result;
}

/* move-pages [query]: the answer is the first page's status, as a negative errno or a node. */
TAKER(move_pages)
{
	void *page = take->at;
	int node = 0, status = -EPROTO;

	if (syscall(SYS_move_pages, 0, 1UL, &page, wants(take, "query") ? NULL : &node, &status, MPOL_MF_MOVE_ALL) < 0)
		return refused(take, "move_pages");
	if (status < 0)
		take->call = "move_pages";
	return status;
}

/* mbind [strict]: moves what does not lie on node 0, and with strict says when it could not. */
TAKER(mbind)
{
	unsigned long nodes = 1;
	unsigned flags = MPOL_MF_MOVE_ALL | (wants(take, "strict") ? MPOL_MF_STRICT : 0);

	if (syscall(SYS_mbind, take->at, take->count, MPOL_BIND, &nodes, 8 * sizeof(nodes), flags) != 0)
		return refused(take, "mbind");
	return 0;
}

/* Which node a page lies on: get_mempolicy takes a reference to find out (mm/mempolicy.c:lookup_node). */
TAKER(mempolicy)
{
	int node = -1;

	if (syscall(SYS_get_mempolicy, &node, NULL, 0UL, take->at, MPOL_F_NODE | MPOL_F_ADDR) != 0)
		return refused(take, "get_mempolicy");
	return node;
}

#ifndef MADV_POPULATE_READ
#define MADV_POPULATE_READ 22
#define MADV_POPULATE_WRITE 23
#endif

/* populate [write] */
TAKER(populate)
{
	if (madvise(take->at, take->count, wants(take, "write") ? MADV_POPULATE_WRITE : MADV_POPULATE_READ) != 0)
		return refused(take, "madvise");
	return 0;
}
