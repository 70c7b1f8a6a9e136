import type { Shape } from '../../src/config/shape.js';

export const shape: Shape = {
  name: 'cmb-slot',
  describe: 'two functions of one slot below a root port that can redirect (ACS), under a Zen CPU',
  arch: 'x86_64',
  cpu: 'EPYC',
  vcpus: 2,
  memoryMiB: 1024,
  pcie: [
    {
      kind: 'slot',
      devices: [
        { id: 'cmb', diskMiB: 64, cmbMiB: 64 },
        { id: 'disk', diskMiB: 64 },
      ],
    },
  ],
};
