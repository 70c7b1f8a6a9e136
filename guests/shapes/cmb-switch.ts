import type { Shape } from '../../src/config/shape.js';

export const shape: Shape = {
  name: 'cmb-switch',
  describe: 'two NVMe devices behind one PCIe switch, one with a CMB: peer-to-peer by bus address',
  arch: 'x86_64',
  cpu: 'EPYC',
  vcpus: 2,
  memoryMiB: 1024,
  pcie: [
    {
      kind: 'switch',
      devices: [
        { id: 'cmb', diskMiB: 64, cmbMiB: 64 },
        { id: 'disk', diskMiB: 64 },
      ],
    },
  ],
};
