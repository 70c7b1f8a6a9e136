import type { KernelSpec } from '../../src/config/kernel.js';

export const kernel: KernelSpec = {
  name: 'linux-7.3-kasan',
  describe: 'current upstream: reworked ZONE_DEVICE refcounts, p2pdma providers, another WARNING format',
  source: { kind: 'debian-source', package: 'linux-source-7.3', suite: 'trixie-backports' },
  fragments: ['base', 'p2pdma', 'dax', 'takers', 'debug', 'kasan'],
  without: { CONFIG_PROC_SYSCTL: 'folded into CONFIG_SYSCTL: the symbol is gone' },
};
