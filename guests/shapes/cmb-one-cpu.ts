import type { Shape } from '../../src/config/shape.js';

export const shape: Shape = {
  name: 'cmb-one-cpu',
  describe: 'as cmb-switch, with one CPU for everybody',
  arch: 'x86_64',
  cpu: 'EPYC',
  vcpus: 1,
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
