import type { Shape } from '../../src/config/shape.js';

export const shape: Shape = {
  name: 'cmb-blocked-intel',
  describe: 'as cmb-blocked, with an Intel CPU and a root complex that is not on the list',
  arch: 'x86_64',
  cpu: 'Skylake-Server',
  vcpus: 2,
  memoryMiB: 1024,
  pcie: [
    { kind: 'root-port', device: { id: 'cmb', diskMiB: 64, cmbMiB: 64 } },
    { kind: 'root-port', device: { id: 'disk', diskMiB: 64 } },
  ],
};
