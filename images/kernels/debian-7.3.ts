import type { KernelSpec } from '../../src/config/kernel.js';

export const kernel: KernelSpec = {
  name: 'debian-7.3',
  describe: 'Debian’s ready-made 7.3: no compiler needed, PCI_P2PDMA on, no KASAN',
  source: {
    kind: 'debian-image',
    package: 'linux-image-7\\.3\\.\\d+\\+deb13-amd64',
    suite: 'trixie-backports',
    modules: [
      'virtio_pci',
      'virtio_net',
      'virtio_blk',
      'virtio_console',
      'virtio_rng',
      'pvpanic_pci',
      'qemu_fw_cfg',
      'nvme_auth',
      'nvme_keyring',
      'nvme_core',
      'nvme',
      'libnvdimm',
      'nfit',
      'nd_pmem',
      'dax_pmem',
      'device_dax',
      'ext4',
    ],
  },
};
