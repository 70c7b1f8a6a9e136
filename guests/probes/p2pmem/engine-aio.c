// SPDX-License-Identifier: GPL-2.0-only
/* One read or write through Linux AIO, for kernels without io_uring. It is only asynchronous with O_DIRECT. */
#include "p2pmem.h"

#include <errno.h>
#include <linux/aio_abi.h>
#include <sys/syscall.h>
#include <unistd.h>

long aio_run(struct work *work)
{
	aio_context_t context = 0;
	struct iocb block = { .aio_fildes = (uint32_t)work->fd, .aio_offset = (int64_t)work->offset };
	struct iocb *blocks[1] = { &block };
	struct io_event event = { .res = 0 };
	long count;

	work->call = "io_setup";
	engines_lock();
	work->refused = syscall(SYS_io_setup, 1, &context) == 0 ? 0 : errno;
	engines_unlock();
	if (work->refused != 0)
		return 0;
	if (work->segments == 1) {
		block.aio_lio_opcode = work->is_write ? IOCB_CMD_PWRITE : IOCB_CMD_PREAD;
		block.aio_buf = (uintptr_t)work->segment[0].iov_base;
		block.aio_nbytes = work->segment[0].iov_len;
	} else {
		block.aio_lio_opcode = work->is_write ? IOCB_CMD_PWRITEV : IOCB_CMD_PREADV;
		block.aio_buf = (uintptr_t)work->segment;
		block.aio_nbytes = (uint32_t)work->segments;
	}
	work->call = "io_submit";
	if (syscall(SYS_io_submit, context, 1, blocks) != 1) {
		/* Only a request that is wrong in itself ends here; what the device layer says comes as a completion. */
		work->refused = errno;
		syscall(SYS_io_destroy, context);
		return 0;
	}
	work->accepted(work, "aio");
	do {
		count = syscall(SYS_io_getevents, context, 1, 1, &event, NULL);
	} while (count < 0 && errno == EINTR);
	syscall(SYS_io_destroy, context);
	return count == 1 ? (long)event.res : -errno;
}
