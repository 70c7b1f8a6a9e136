// describe: a command that a program sends through io_uring and that fails before it reaches the device is reported as successful
// breaks: refusals-are-exact
// invariant: what is refused is said to be
// seen by: p2pdma/peer-to-peer-refused-when-blocked
// files: drivers/nvme/host/ioctl.c
@@
identifier f =~ "^nvme_uring_cmd_end_io$";
identifier pdu, err;
@@
f(...)
{
<...
-	if (!pdu->status)
-		pdu->status = blk_status_to_errno(err);
...>
}
