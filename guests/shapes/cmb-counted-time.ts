import type { Shape } from '../../src/config/shape.js';

export const shape: Shape = {
  name: 'cmb-counted-time',
  describe: 'as cmb-switch, its CPUs one after the other on a clock that counts instructions (TCG only)',
  arch: 'x86_64',
  cpu: 'EPYC',
  vcpus: 2,
  icount: 1,
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
