// describe: the NVMe target that is given a provider lets go of that one, and not of the one before
// breaks: refusals-are-exact
// accepts: guest-survives
// invariant: who uses a provider holds it
// seen by: topology/nvmet-lets-go-of-what-it-takes
// files: drivers/nvme/target/configfs.c
@@
identifier ns, v;
@@
nvmet_ns_p2pmem_store(...)
{
	<...
-	pci_dev_put(ns->p2p_dev);
	ns->p2p_dev = v;
+	pci_dev_put(ns->p2p_dev);
	...>
}
