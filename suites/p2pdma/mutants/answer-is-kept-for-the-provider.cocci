// describe: the path to a client is remembered under the provider's own address
// breaks: refusals-are-exact
// accepts: data-arrives
// invariant: without a path between the devices every transfer is refused, in any order of asking
// seen by: p2pdma/refusal-in-any-order
// files: drivers/pci/p2pdma.c
@@
expression p2p, type, gfp;
identifier client, provider;
@@
  calc_map_type_and_dist(struct pci_dev *provider, ...)
  {
  <+...
  xa_store(p2p,
- map_types_idx(client)
+ map_types_idx(provider)
  , type, gfp)
  ...+>
  }
