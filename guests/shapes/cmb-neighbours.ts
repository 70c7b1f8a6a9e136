import type { Shape } from '../../src/config/shape.js';

export const shape: Shape = {
  name: 'cmb-neighbours',
  describe:
    'two providers of memory and a disk behind one switch, and a virtio disk that is no peer of theirs',
  arch: 'x86_64',
  cpu: 'EPYC',
  vcpus: 2,
  memoryMiB: 1024,
  pcie: [
    {
      kind: 'switch',
      devices: [
        { id: 'cmb', diskMiB: 64, cmbMiB: 64 },
        { id: 'other', diskMiB: 64, cmbMiB: 64 },
        { id: 'disk', diskMiB: 64 },
      ],
    },
  ],
  plain: [{ id: 'plain', diskMiB: 64 }],
};
