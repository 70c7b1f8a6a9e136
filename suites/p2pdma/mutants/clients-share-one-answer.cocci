// describe: the path found for one client is taken for the path of every other
// breaks: refusals-are-exact
// accepts: data-arrives
// invariant: without a path between the devices every transfer is refused, in any order of asking
// seen by: p2pdma/refusal-in-any-order
// files: drivers/pci/p2pdma.c
@@
identifier client;
@@
  map_types_idx(struct pci_dev *client)
  {
- return ...;
+ return pci_domain_nr(client->bus) + 1;
  }
