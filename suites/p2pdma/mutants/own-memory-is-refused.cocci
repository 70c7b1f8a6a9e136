// describe: a device cannot be told to use its own memory where peers are refused
// breaks: data-arrives
// accepts: refusals-are-exact, unbind-waits-for-pins, rebind-works, no-page-in-two-hands
// invariant: a device may always reach itself
// seen by: p2pdma/peer-to-peer-refused-when-blocked
// files: drivers/pci/p2pdma.c
@@
identifier a, bb, provider, client;
@@
  calc_map_type_and_dist(struct pci_dev *provider, struct pci_dev *client, ...)
  {
  <+...
- if (a == bb)
+ if (a == bb && client == provider) {
+ 	*dist = 0;
+ 	goto map_through_host_bridge;
+ }
+ if (a == bb)
  	goto check_b_path_acs;
  ...+>
  }
