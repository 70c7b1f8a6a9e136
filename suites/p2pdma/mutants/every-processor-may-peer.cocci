// describe: every processor is taken for one whose host bridge routes between its ports
// breaks: refusals-are-exact
// invariant: without a path between the devices every transfer is refused
// seen by: p2pdma/peer-to-peer-refused-when-blocked
// files: drivers/pci/p2pdma.c
@@
identifier c;
@@
- c->x86 >= 0x17
+ c->x86 >= 0x0f
