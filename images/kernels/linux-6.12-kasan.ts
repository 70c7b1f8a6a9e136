import type { KernelSpec } from '../../src/config/kernel.js';

export const kernel: KernelSpec = {
  name: 'linux-6.12-kasan',
  describe: 'long-term 6.12 as Debian patches it; userspace P2PDMA from before the refcount rework of 6.15',
  source: { kind: 'debian-source', package: 'linux-source-6.12', suite: 'bookworm-security' },
  fragments: ['base', 'p2pdma', 'dax', 'takers', 'debug', 'kasan'],
};
