import type { Shape } from '../../src/config/shape.js';

export const shape: Shape = {
  name: 'cmb-queues-in-ram',
  describe: 'as cmb-hostbridge, with all submission queues in RAM: nobody but userspace takes from the CMB',
  arch: 'x86_64',
  cpu: 'EPYC',
  vcpus: 2,
  memoryMiB: 1024,
  pcie: [
    { kind: 'root-port', device: { id: 'cmb', diskMiB: 64, cmbMiB: 64 } },
    { kind: 'root-port', device: { id: 'disk', diskMiB: 64 } },
  ],
  submissionQueues: 'ram',
};
