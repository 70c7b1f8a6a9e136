// describe: a search for peer memory returns its provider without a reference, and whoever asked drops one all the same
// breaks: guest-survives
// accepts: unbind-finishes, rebind-works, refusals-are-exact
// invariant: who gets a provider from a search holds a reference on it
// seen by: topology/nvmet-lets-go-of-what-it-takes
// files: drivers/pci/p2pdma.c
@@
expression found;
identifier provider;
@@
pci_p2pmem_find_many(...)
{
<...
- provider = pci_dev_get(found);
+ provider = found;
...>
}
