import { NvmetNamespace } from '../../src/suite/pci.js';
import { scenario } from '../../src/suite/scenario.js';

export default scenario(
  'the NVMe target finds memory among several providers, as long as one of them is left',
  {
    shape: 'cmb-neighbours',
    asks: ['refusals-are-exact', 'unbind-finishes'],
    covers: ['nvmet', 'topology', 'unbind'],
    tags: ['nightly'],
    needs: ['p2pmem-allocate', 'nvmet'],
  },
  async ({ guest, expect }) => {
    const { cmb, other, disk } = guest.devices;
    for (const backing of [disk, cmb, other]) {
      // A disk with memory of its own is nearer to itself than to anybody.
      const target = await NvmetNamespace.make(guest, backing);
      await expect(target.useMemoryOf('1')).toSucceed();
      await expect(target.enable()).toSucceed();
      await target.disable();
    }
    const target = await NvmetNamespace.make(guest, disk);
    await expect(target.useMemoryOf('1')).toSucceed();
    await expect(cmb.unbind(), 'unbind-finishes').toFinish();
    await expect(target.enable()).toSucceed();
    await target.disable();
    await expect(other.unbind(), 'unbind-finishes').toFinish();
    await expect(target.enable()).toFailWith('EINVAL');
  },
);
