import type { Shape } from '../../src/config/shape.js';

export const shape: Shape = {
  name: 'cmb-hostbridge',
  describe:
    'two NVMe devices on root ports of their own under a Zen CPU: peer-to-peer through the host bridge',
  arch: 'x86_64',
  cpu: 'EPYC',
  vcpus: 2,
  memoryMiB: 1024,
  pcie: [
    { kind: 'root-port', device: { id: 'cmb', diskMiB: 64, cmbMiB: 64 } },
    { kind: 'root-port', device: { id: 'disk', diskMiB: 64 } },
  ],
};
