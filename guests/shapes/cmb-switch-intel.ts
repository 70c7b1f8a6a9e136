import type { Shape } from '../../src/config/shape.js';

export const shape: Shape = {
  name: 'cmb-switch-intel',
  describe: 'as cmb-switch, with an Intel CPU: a root complex that is not on the list, and need not be',
  arch: 'x86_64',
  cpu: 'Skylake-Server',
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
