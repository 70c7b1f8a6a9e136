import type { Shape } from '../../src/config/shape.js';

export const shape: Shape = {
  name: 'cmb-two-roots',
  describe:
    'as cmb-blocked, with the CMB below a root complex of its own: the two devices share no host bridge at all',
  arch: 'x86_64',
  cpu: 'qemu64',
  vcpus: 2,
  memoryMiB: 1024,
  pcie: [
    { kind: 'root-port', rootComplex: 'own', device: { id: 'cmb', diskMiB: 64, cmbMiB: 64 } },
    { kind: 'root-port', device: { id: 'disk', diskMiB: 64 } },
  ],
};
