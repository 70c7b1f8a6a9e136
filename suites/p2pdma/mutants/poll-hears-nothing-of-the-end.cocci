// describe: poll of a descriptor whose sysfs file is gone reports no error
// breaks: refusals-are-exact
// invariant: who holds a descriptor learns that its file is gone
// seen by: p2pdma-unbind/blocked-unbind-withdraws-allocate-alone
// files: fs/kernfs/file.c
@@
identifier filp, wait, of;
@@
kernfs_fop_poll(struct file *filp, poll_table *wait)
{
<...
if (!kernfs_get_active_of(of))
-	return DEFAULT_POLLMASK|EPOLLERR|EPOLLPRI;
+	return DEFAULT_POLLMASK;
...>
}
