import type { Shape } from '../../src/config/shape.js';

export const shape: Shape = {
  name: 'cmb-kmemleak',
  describe: 'as cmb-blocked, and the kernel looks for memory that it has lost',
  arch: 'x86_64',
  cpu: 'qemu64',
  vcpus: 2,
  memoryMiB: 1024,
  pcie: [
    { kind: 'root-port', device: { id: 'cmb', diskMiB: 64, cmbMiB: 64 } },
    { kind: 'root-port', device: { id: 'disk', diskMiB: 64 } },
  ],
  kmemleak: true,
};
