import type { Shape } from '../../src/config/shape.js';

export const shape: Shape = {
  name: 'cmb-pciehp',
  describe: 'as cmb-hostbridge, with hotplug served by the ports and not by firmware',
  arch: 'x86_64',
  cpu: 'EPYC',
  vcpus: 2,
  memoryMiB: 1024,
  pcie: [
    { kind: 'root-port', device: { id: 'cmb', diskMiB: 64, cmbMiB: 64 } },
    { kind: 'root-port', device: { id: 'disk', diskMiB: 64 } },
  ],
  hotplug: 'pciehp',
};
