// describe: unbind frees the pool while readers of `available` may still be looking at it
// breaks: guest-survives
// accepts: unbind-finishes
// invariant: reading size and available during unbind gives a number or ENODEV
// seen by: p2pdma-unbind/attributes-are-numbers-or-gone, p2pdma-unbind/attributes-however-often
// files: drivers/pci/p2pdma.c
@@
expression device, p;
@@
- device->p2pdma = NULL;
- synchronize_rcu();
  gen_pool_destroy(p->pool);
+ schedule_timeout_uninterruptible(HZ / 5);
+ device->p2pdma = NULL;
+ synchronize_rcu();
@@
expression device, p;
@@
- device->p2pdma = NULL;
- if (p->pool)
- 	synchronize_rcu();
  ...
  gen_pool_destroy(p->pool);
+ schedule_timeout_uninterruptible(HZ / 5);
+ device->p2pdma = NULL;
+ synchronize_rcu();
