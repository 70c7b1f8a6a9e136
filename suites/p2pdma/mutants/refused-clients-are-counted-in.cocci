// describe: the distance to a client that cannot reach the memory is a distance like any other
// breaks: refusals-are-exact
// invariant: memory is not offered to a client that cannot reach it
// seen by: topology/nvmet-refuses-memory-out-of-reach
// files: drivers/pci/p2pdma.c
@@
identifier not_supported;
@@
- if (not_supported)
- 	return -1;
  return total_dist;
