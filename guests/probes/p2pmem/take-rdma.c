// SPDX-License-Identifier: GPL-2.0-only
/*
 * An RDMA memory region of the area, on the software device rxe: made on the first network interface by netlink,
 * then spoken to with the write() form of the verbs (drivers/infiniband/core/uverbs_cmd.c).
 */
#define _GNU_SOURCE
#include "take.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/netlink.h>
#include <rdma/ib_user_ioctl_verbs.h>
#include <rdma/ib_user_verbs.h>
#include <rdma/rdma_netlink.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static void put_text(struct nlmsghdr *message, uint16_t type, const char *text)
{
	struct nlattr *attribute = (struct nlattr *)((char *)message + NLMSG_ALIGN(message->nlmsg_len));

	attribute->nla_type = type;
	attribute->nla_len = (uint16_t)(NLA_HDRLEN + strlen(text) + 1);
	memcpy((char *)attribute + NLA_HDRLEN, text, strlen(text) + 1);
	message->nlmsg_len = NLMSG_ALIGN(message->nlmsg_len) + NLA_ALIGN(attribute->nla_len);
}

/* 0 or an errno; EEXIST is as good. */
static int make_link(const char *interface)
{
	union {
		struct nlmsghdr header;
		char bytes[512];
	} message = { .header = {
		.nlmsg_len = NLMSG_HDRLEN,
		.nlmsg_type = RDMA_NL_GET_TYPE(RDMA_NL_NLDEV, RDMA_NLDEV_CMD_NEWLINK),
		.nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK,
	} };
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_RDMA);
	int error = EIO;
	ssize_t count;

	if (fd < 0)
		return errno;
	put_text(&message.header, RDMA_NLDEV_ATTR_DEV_NAME, "rxe0");
	put_text(&message.header, RDMA_NLDEV_ATTR_LINK_TYPE, "rxe");
	put_text(&message.header, RDMA_NLDEV_ATTR_NDEV_NAME, interface);
	if (send(fd, &message, message.header.nlmsg_len, 0) < 0) {
		error = errno;
	} else {
		count = recv(fd, &message, sizeof(message), 0);
		if (count >= (ssize_t)NLMSG_LENGTH(sizeof(struct nlmsgerr)) && message.header.nlmsg_type == NLMSG_ERROR)
			error = -((struct nlmsgerr *)NLMSG_DATA(&message.header))->error;
	}
	close(fd);
	return error == EEXIST ? 0 : error;
}

/* One verb: header, command, and where the answer goes. False with errno. */
static bool verb(int fd, uint32_t number, void *command, size_t size, void *answer, size_t answer_size)
{
	struct {
		struct ib_uverbs_cmd_hdr header;
		char body[120];
	} request = { .header = {
		.command = number,
		.in_words = (uint16_t)((sizeof(request.header) + size) / 4),
		.out_words = (uint16_t)(answer_size / 4),
	} };
	uint64_t response = (uintptr_t)answer;

	memcpy(command, &response, sizeof(response)); /* the first field of every command */
	memcpy(request.body, command, size);
	return write(fd, &request, sizeof(request.header) + size) == (ssize_t)(sizeof(request.header) + size);
}

/* rdma [ro] [interface=eth0]: 0, or how the region was refused. */
TAKER(rdma)
{
	const char *interface = request_option(take->request, "interface");
	struct ib_uverbs_get_context context = { 0 };
	struct ib_uverbs_get_context_resp context_answer = { 0 };
	struct ib_uverbs_alloc_pd domain = { 0 };
	struct ib_uverbs_alloc_pd_resp domain_answer = { 0 };
	struct ib_uverbs_reg_mr region = {
		.start = (uintptr_t)take->at,
		.length = take->count,
		.hca_va = (uintptr_t)take->at,
		.access_flags = wants(take, "ro") ? 0 : IB_UVERBS_ACCESS_LOCAL_WRITE,
	};
	struct ib_uverbs_reg_mr_resp region_answer;
	long result = 0;
	int fd;

	errno = make_link(interface == NULL ? "eth0" : interface);
	if (errno != 0)
		return lacking(take, "RDMA_NLDEV_CMD_NEWLINK");
	fd = open("/dev/infiniband/uverbs0", O_RDWR | O_CLOEXEC);
	if (fd < 0)
		return lacking(take, "open");
	if (!verb(fd, IB_USER_VERBS_CMD_GET_CONTEXT, &context, sizeof(context), &context_answer, sizeof(context_answer)))
		result = lacking(take, "GET_CONTEXT");
	else if (!verb(fd, IB_USER_VERBS_CMD_ALLOC_PD, &domain, sizeof(domain), &domain_answer, sizeof(domain_answer)))
		result = lacking(take, "ALLOC_PD");
	region.pd_handle = domain_answer.pd_handle;
	if (result == 0 &&
	    !verb(fd, IB_USER_VERBS_CMD_REG_MR, &region, sizeof(region), &region_answer, sizeof(region_answer)))
		result = refused(take, "REG_MR");
	if (context_answer.async_fd > 0)
		close((int)context_answer.async_fd);
	close(fd);
	return result;
}
