// describe: users who do not own the device may map its memory
// breaks: refusals-are-exact
// accepts: guest-survives
// invariant: only root and its group may open `allocate`
// seen by: p2pdma-map/ordinary-user
// files: drivers/pci/p2pdma.c
@@
@@
- 0660
+ 0666
