// describe: a host bridge that nobody vouches for is trusted
// breaks: refusals-are-exact
// invariant: without a path between the devices every transfer is refused
// seen by: p2pdma/peer-to-peer-refused-when-blocked
// files: drivers/pci/p2pdma.c
@@
expression list es;
@@
  if (warn)
  	pci_warn(es);
- return false;
+ return true;
