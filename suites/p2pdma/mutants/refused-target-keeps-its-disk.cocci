// describe: a namespace of a target that is not enabled because its peer memory is refused keeps its disk open
// breaks: no-memory-is-lost
// invariant: what a refusal took comes back
// seen by: topology/nvmet-leaves-nothing-behind
// files: drivers/nvme/target/core.c
@@
identifier ns;
@@
nvmet_ns_enable(struct nvmet_ns *ns)
{
<...
-	nvmet_ns_dev_disable(ns);
	goto out_unlock;
...>
}
