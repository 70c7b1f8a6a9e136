import { NvmetNamespace } from '../../src/suite/pci.js';
import { scenario } from '../../src/suite/scenario.js';

export default scenario(
  'the NVMe target uses no peer memory for a disk that cannot do peer-to-peer, and serves it without',
  {
    shape: 'cmb-neighbours',
    asks: ['refusals-are-exact'],
    covers: ['nvmet', 'virtio'],
    tags: ['nightly'],
    needs: ['p2pmem-allocate', 'nvmet'],
  },
  async ({ guest, expect }) => {
    const { cmb } = guest.devices;
    const target = await NvmetNamespace.make(guest, await guest.plainDisk('plain'));
    for (const provider of ['1', cmb.bdf]) {
      await expect(target.useMemoryOf(provider)).toSucceed();
      await expect(target.enable()).toFailWith('EINVAL');
      await expect(target.useMemoryOf('0')).toSucceed();
      await expect(target.enable()).toSucceed();
      await target.disable();
    }
  },
);
