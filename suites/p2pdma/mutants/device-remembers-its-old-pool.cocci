// describe: unbind leaves the device pointing at the pool that it has just freed
// breaks: rebind-works, guest-survives
// accepts: pool-balances, unbind-finishes
// invariant: a device that is bound again works as before
// seen by: p2pdma/rebind-works-again
// files: drivers/pci/p2pdma.c
@@
expression device;
@@
- device->p2pdma = NULL;
