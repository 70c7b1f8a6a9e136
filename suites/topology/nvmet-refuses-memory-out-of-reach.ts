import { NvmetNamespace } from '../../src/suite/pci.js';
import { scenario } from '../../src/suite/scenario.js';

export default scenario(
  'the NVMe target refuses peer memory that its disk cannot reach',
  {
    shape: 'cmb-blocked-intel',
    asks: ['refusals-are-exact'],
    covers: ['nvmet', 'topology'],
    tags: ['nightly'],
    needs: ['p2pmem-allocate', 'nvmet'],
  },
  async ({ guest, expect }) => {
    const { cmb, disk } = guest.devices;
    const target = await NvmetNamespace.make(guest, disk);
    await expect(target.useMemoryOf(cmb.bdf)).toSucceed(); // it is offered; whether it can be used is asked later
    await expect(target.enable()).toFailWith('EINVAL');
    await expect(target.useMemoryOf('1')).toSucceed();
    await expect(target.enable()).toFailWith('EINVAL');
    await expect(target.useMemoryOf('0')).toSucceed(); // without peer memory it is an ordinary target
    await expect(target.enable()).toSucceed();
    await target.disable();
  },
);
