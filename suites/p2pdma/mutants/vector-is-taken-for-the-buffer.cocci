// describe: the vectored command from userspace takes the vector itself for the buffer
// breaks: data-arrives
// invariant: a transfer moves the bytes asked for
// seen by: p2pdma-io/commands-from-userspace
// files: drivers/nvme/host/ioctl.c
@@
identifier f =~ "^nvme_user_cmd64$";
identifier flags;
@@
f(...)
{
<...
nvme_submit_user_cmd(...,
-	flags
+	0
	)
...>
}
