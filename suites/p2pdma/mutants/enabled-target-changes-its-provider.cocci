// describe: an NVMe target can be given another provider while it is enabled and uses the memory of the first
// breaks: refusals-are-exact
// seen by: topology/nvmet-takes-only-memory-that-is-offered
// files: drivers/nvme/target/configfs.c
@@
expression ns, errno;
@@
nvmet_ns_p2pmem_store(...)
{
<...
- if (ns->enabled) {
- 	errno = -EBUSY;
- 	goto out_unlock;
- }
...>
}
