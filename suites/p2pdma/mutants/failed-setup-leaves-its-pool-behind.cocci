// describe: a set-up of the pool that fails leaves the device with a pool that is freed already
// breaks: rebind-works
// accepts: guest-survives, pool-balances, unbind-finishes
// invariant: a bind that fails leaves nothing behind
// seen by: p2pdma-unbind/bind-without-memory-leaves-nothing
// files: drivers/pci/p2pdma.c
@@
identifier pdev, p2p;
@@
  pci_p2pdma_setup(struct pci_dev *pdev)
  {
  ...
+ rcu_assign_pointer(pdev->p2pdma, p2p);
  error = sysfs_create_group(...);
  ...
- rcu_assign_pointer(pdev->p2pdma, p2p);
  return 0;
  ...
  }
