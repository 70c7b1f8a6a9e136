// describe: the search for the PCI device above a client keeps a reference on every device that it passes
// breaks: no-memory-is-lost
// invariant: what a search took comes back
// seen by: topology/nvmet-leaves-nothing-behind
// files: drivers/pci/p2pdma.c
@@
identifier d, p;
@@
find_parent_pci_dev(struct device *d)
{
<...
p = get_device(d->parent);
- put_device(d);
d = p;
...>
}
