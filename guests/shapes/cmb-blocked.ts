import type { Shape } from '../../src/config/shape.js';

export const shape: Shape = {
  name: 'cmb-blocked',
  describe: "as cmb-hostbridge, but the CPU is not on the kernel's list: peer-to-peer must be refused",
  arch: 'x86_64',
  cpu: 'qemu64',
  vcpus: 2,
  memoryMiB: 1024,
  pcie: [
    { kind: 'root-port', device: { id: 'cmb', diskMiB: 64, cmbMiB: 64 } },
    { kind: 'root-port', device: { id: 'disk', diskMiB: 64 } },
  ],
};
