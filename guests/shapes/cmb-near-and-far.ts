import type { Shape } from '../../src/config/shape.js';

export const shape: Shape = {
  name: 'cmb-near-and-far',
  describe:
    "a disk with one provider behind its switch and another beyond the host bridge, whose CPU is not on the kernel's list",
  arch: 'x86_64',
  cpu: 'qemu64',
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
    { kind: 'root-port', device: { id: 'other', diskMiB: 64, cmbMiB: 64 } },
  ],
};
