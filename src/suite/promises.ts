/**
 * What the kernel promises about device memory mapped into userspace. A scenario `asks` some of these; a verdict
 * names the ones that were broken. The numbers in the comments are the promises of the README.
 */
export const promises = {
  // 1
  'no-new-mappings': 'once unbind has begun, no new mapping of the device memory can be made',
  // 2
  'zap-on-unbind': 'unbind removes every mapping: a touch afterwards raises SIGBUS',
  // 3
  'unbind-waits-for-pins': 'unbind waits until every pinned page is returned, and only then finishes',
  'unbind-finishes': 'unbind finishes once nothing uses the memory any more',
  // 4
  'no-page-in-two-hands': 'a page in use or in flight is never handed to another owner',
  'pool-balances': 'every page returns to the pool exactly once',
  // what makes the others worth having
  'data-arrives': 'a transfer to or from device memory moves exactly the bytes asked for',
  'refusals-are-exact': 'what cannot be done is refused with the documented errno and changes nothing',
  'rebind-works': 'a device that is bound again works as before, and old mappings stay dead',
  'reset-keeps-memory': 'a reset that leaves the driver in place keeps the mappings and their bytes',
  'calls-come-back': 'every access and every system call that has nothing to wait for comes to an end',
  'memory-starts-empty': 'memory comes to a new owner without the data of the one before',
  'no-memory-is-lost': "what a mapping, a transfer or a bind took of the kernel's own memory comes back",
  'guest-survives': 'the kernel stays alive and without complaint',
} as const;

export type PromiseName = keyof typeof promises;
