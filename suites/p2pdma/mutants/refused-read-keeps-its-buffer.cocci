// describe: a read that a binary file of sysfs refuses keeps its buffer
// breaks: no-memory-is-lost
// invariant: what a refusal took comes back
// seen by: p2pdma/no-memory-is-lost
// files: fs/kernfs/file.c
@@
identifier iocb, iter, len, of;
@@
kernfs_file_read_iter(struct kiocb *iocb, struct iov_iter *iter)
{
...
kernfs_put_active_of(of);
mutex_unlock(&of->mutex);
if (len < 0)
-	goto out_free;
+	return len;
...
}
