// SPDX-License-Identifier: GPL-2.0-only
/* Memory that the kernel keeps hold of: registered buffers, packet memory, bytes that are sent without a copy. */
#define _GNU_SOURCE
#include "take.h"
#include "uring.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_xdp.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

TAKER(uring_buffers)
{
	struct iovec part = { take->at, take->count };
	struct ring ring;
	long result;

	errno = ring_open(&ring, 0);
	if (errno != 0)
		return lacking(take, "io_uring_setup");
	result = syscall(SYS_io_uring_register, ring.fd, IORING_REGISTER_BUFFERS, &part, 1);
	result = result < 0 ? refused(take, "io_uring_register") : result;
	ring_close(&ring);
	return result;
}

#ifndef AF_XDP
#define AF_XDP 44
#endif
#ifndef SOL_XDP
#define SOL_XDP 283
#endif

TAKER(umem)
{
	struct xdp_umem_reg wanted = { .addr = (uintptr_t)take->at, .len = take->count, .chunk_size = 4096 };
	int fd = socket(AF_XDP, SOCK_RAW | SOCK_CLOEXEC, 0);
	long result;

	if (fd < 0)
		return lacking(take, "socket");
	result = setsockopt(fd, SOL_XDP, XDP_UMEM_REG, &wanted, sizeof(wanted)) == 0 ? 0 : refused(take, "XDP_UMEM_REG");
	close(fd);
	return result;
}

#ifndef SO_ZEROCOPY
#define SO_ZEROCOPY 60
#endif

/* Two ends of a TCP connection over the loopback. */
static bool connect_ends(int ends[2])
{
	struct sockaddr_in address = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t length = sizeof(address);
	int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	bool good;

	ends[0] = ends[1] = -1;
	if (listener < 0)
		return false;
	good = bind(listener, (struct sockaddr *)&address, sizeof(address)) == 0 && listen(listener, 1) == 0 &&
	       getsockname(listener, (struct sockaddr *)&address, &length) == 0 &&
	       (ends[1] = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) >= 0 &&
	       connect(ends[1], (struct sockaddr *)&address, sizeof(address)) == 0 &&
	       (ends[0] = accept(listener, NULL, NULL)) >= 0;
	close(listener);
	return good;
}

TAKER(msg_zerocopy)
{
	int ends[2], one = 1;
	long moved;

	if (!connect_ends(ends) || setsockopt(ends[1], SOL_SOCKET, SO_ZEROCOPY, &one, sizeof(one)) != 0) {
		moved = lacking(take, "a TCP connection");
	} else {
		moved = send(ends[1], take->at, take->count, MSG_ZEROCOPY | MSG_NOSIGNAL | MSG_DONTWAIT);
		moved = moved < 0 ? refused(take, "send") : moved;
	}
	for (int i = 0; i < 2; i++) {
		if (ends[i] >= 0)
			close(ends[i]);
	}
	return moved;
}
