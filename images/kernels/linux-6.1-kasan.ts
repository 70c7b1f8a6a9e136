import type { KernelSpec } from '../../src/config/kernel.js';

export const kernel: KernelSpec = {
  name: 'linux-6.1-kasan',
  describe:
    'long-term 6.1: before `p2pmem/allocate` (6.2), so its scenarios skip; the base for a series that adds it',
  source: { kind: 'debian-source', package: 'linux-source-6.1', suite: 'bookworm-security' },
  fragments: ['base', 'p2pdma', 'dax', 'takers', 'debug', 'kasan'],
  without: { CONFIG_HARDLOCKUP_DETECTOR_PREFER_BUDDY: 'the buddy detector came with 6.5' },
};
