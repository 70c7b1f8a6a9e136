import type { Shape } from '../../src/config/shape.js';

export const shape: Shape = {
  name: 'cmb-slot-intel',
  describe: 'as cmb-slot, with an Intel CPU: what a port redirects cannot pass the root complex',
  arch: 'x86_64',
  cpu: 'Skylake-Server',
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
