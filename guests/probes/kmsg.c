// SPDX-License-Identifier: GPL-2.0-only
/*
 * kmsg: prints every record of the kernel log that is there now, as /dev/kmsg gives them
 * (Documentation/ABI/testing/dev-kmsg): `level,sequence,microseconds,flags[,…];text`. Unlike dmesg it keeps the
 * sequence numbers, so that whoever reads it can tell that records are missing. Speaks no requests: it runs and ends.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#define RECORD_LIMIT 8192 /* CONSOLE_EXT_LOG_MAX, kernel/printk/internal.h */

int main(void)
{
	static char record[RECORD_LIMIT];
	int fd = open("/dev/kmsg", O_RDONLY | O_NONBLOCK | O_CLOEXEC);

	if (fd < 0) {
		perror("/dev/kmsg");
		return 1;
	}
	for (;;) {
		ssize_t count = read(fd, record, sizeof(record));

		if (count > 0) {
			if (fwrite(record, 1, (size_t)count, stdout) != (size_t)count)
				return 1;
		} else if (count < 0 && errno == EPIPE) {
			continue; /* overwritten before it was read: the next sequence number shows the gap */
		} else if (count < 0 && errno == EAGAIN) {
			return fflush(stdout) == 0 ? 0 : 1;
		} else {
			perror("/dev/kmsg");
			return 1;
		}
	}
}
