// SPDX-License-Identifier: GPL-2.0-only
/* NVMe commands straight from userspace: the memory is mapped by block/blk-map.c, not by the path of read(2). */
#define _GNU_SOURCE
#include "take.h"
#include "uring.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/nvme_ioctl.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define SECTOR 512
#define OPCODE_IDENTIFY 0x06 /* admin */
#define OPCODE_WRITE 0x01
#define OPCODE_READ 0x02

/* Opens path=; -1 with errno. */
static int open_node(const struct take *take)
{
	const char *path = request_option(take->request, "path");

	if (path != NULL)
		return open(path, O_RDWR | O_CLOEXEC);
	errno = EINVAL;
	return -1;
}

/*
 * nvme io|identify [write] path= nsid= [lba=]: one command through an ioctl. 0, or the status that the device gave.
 * `io` reads or writes the whole area; `identify` is an admin command that reads 4 KiB.
 */
TAKER(nvme)
{
	bool admin = wants(take, "identify");
	uint64_t lba = wish(take, "lba");
	struct nvme_passthru_cmd command = {
		.opcode = admin ? OPCODE_IDENTIFY : wants(take, "write") ? OPCODE_WRITE : OPCODE_READ,
		.nsid = admin ? 0 : (uint32_t)wish(take, "nsid"),
		.addr = (uintptr_t)take->at,
		.data_len = admin ? 4096 : (uint32_t)take->count,
		.cdw10 = admin ? 1 : (uint32_t)lba, /* CNS 1: the controller */
		.cdw11 = admin ? 0 : (uint32_t)(lba >> 32),
		.cdw12 = admin ? 0 : (uint32_t)(take->count / SECTOR - 1),
	};
	int fd = open_node(take);
	long result;

	if (fd < 0)
		return lacking(take, "open");
	result = ioctl(fd, admin ? NVME_IOCTL_ADMIN_CMD : NVME_IOCTL_IO_CMD, &command);
	result = result < 0 ? refused(take, "ioctl") : result;
	close(fd);
	return result;
}

/* nvme-vector [write] path= nsid= [lba=]: the same as `nvme io`, with the area's halves as two pieces of a vector. */
TAKER(nvme_vector)
{
	uint64_t half = take->count / 2, lba = wish(take, "lba");
	struct iovec halves[] = {
		{ .iov_base = take->at, .iov_len = half },
		{ .iov_base = take->at + half, .iov_len = take->count - half },
	};
	struct nvme_passthru_cmd64 command = {
		.opcode = wants(take, "write") ? OPCODE_WRITE : OPCODE_READ,
		.nsid = (uint32_t)wish(take, "nsid"),
		.addr = (uintptr_t)halves,
		.vec_cnt = 2,
		.cdw10 = (uint32_t)lba,
		.cdw11 = (uint32_t)(lba >> 32),
		.cdw12 = (uint32_t)(take->count / SECTOR - 1),
	};
	int fd = open_node(take);
	long result;

	if (fd < 0)
		return lacking(take, "open");
	result = ioctl(fd, NVME_IOCTL_IO64_CMD_VEC, &command);
	result = result < 0 ? refused(take, "ioctl") : result;
	close(fd);
	return result;
}

/* uring-command [write] path=/dev/ng… nsid= [lba=]: the same through IORING_OP_URING_CMD. */
TAKER(uring_command)
{
	uint64_t lba = wish(take, "lba");
	struct nvme_uring_cmd command = {
		.opcode = wants(take, "write") ? OPCODE_WRITE : OPCODE_READ,
		.nsid = (uint32_t)wish(take, "nsid"),
		.addr = (uintptr_t)take->at,
		.data_len = (uint32_t)take->count,
		.cdw10 = (uint32_t)lba,
		.cdw11 = (uint32_t)(lba >> 32),
		.cdw12 = (uint32_t)(take->count / SECTOR - 1),
	};
	int fd = open_node(take);
	struct ring ring;
	long result;

	if (fd < 0)
		return lacking(take, "open");
	errno = ring_open(&ring, IORING_SETUP_SQE128 | IORING_SETUP_CQE32);
	if (errno != 0) {
		result = lacking(take, "io_uring_setup");
		close(fd);
		return result;
	}
	memset(ring.entries, 0, 2 * sizeof(*ring.entries));
	ring.entries->opcode = IORING_OP_URING_CMD;
	ring.entries->fd = fd;
	ring.entries->cmd_op = NVME_URING_CMD_IO;
	memcpy(ring.entries->cmd, &command, sizeof(command));
	if (!ring_submit(&ring)) {
		result = lacking(take, "io_uring_enter");
	} else {
		result = ring_reap(&ring);
		if (result < 0)
			take->call = "IORING_OP_URING_CMD";
	}
	ring_close(&ring);
	close(fd);
	return result;
}
