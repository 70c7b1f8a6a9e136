import type { KernelSpec } from '../../src/config/kernel.js';
import { kernel as plain } from './linux-6.12-kasan.js';

export const kernel: KernelSpec = {
  ...plain,
  name: 'linux-6.12-coverage',
  describe: 'linux-6.12-kasan that counts which lines of the code under test are reached: `lastref coverage`',
  fragments: [...(plain.fragments ?? []), 'coverage'],
  coverage: ['drivers/pci/p2pdma.c', 'drivers/nvme/host/pci.c', 'fs/kernfs/file.c', 'mm/memremap.c'],
};
