import { NvmetNamespace } from '../../src/suite/pci.js';
import { scenario } from '../../src/suite/scenario.js';

export default scenario(
  'the NVMe target takes peer memory from a provider that offers some, and from no other',
  {
    shape: 'cmb-switch',
    asks: ['refusals-are-exact', 'unbind-finishes'],
    covers: ['nvmet', 'topology', 'unbind'],
    tags: ['nightly'],
    needs: ['p2pmem-allocate', 'nvmet'],
  },
  async ({ guest, expect }) => {
    const { cmb, disk } = guest.devices;
    const target = await NvmetNamespace.make(guest, disk);
    expect('whose memory it uses', await target.memory()).toBe('0');
    await expect(target.useMemoryOf(disk.bdf)).toFailWith('ENODEV'); // it has no CMB
    await expect(target.useMemoryOf('0000:ff:1f.7')).toFailWith('ENODEV'); // nobody is there; and it is no boolean
    await expect(target.useMemoryOf(cmb.bdf)).toSucceed();
    expect('whose memory it uses', await target.memory()).toBe(cmb.bdf);
    await expect(target.enable()).toSucceed();
    await expect(target.useMemoryOf('0')).toFailWith('EBUSY'); // its queues may use it at this moment
    expect('whose memory it uses', await target.memory()).toBe(cmb.bdf);
    await target.disable();
    await expect(target.useMemoryOf('1')).toSucceed();
    expect('whose memory it uses', await target.memory()).toBe('1'); // whoever is near
    await expect(target.enable()).toSucceed();
    await target.disable();

    await expect(cmb.unbind(), 'unbind-finishes').toFinish();
    await expect(target.useMemoryOf(cmb.bdf)).toFailWith('ENODEV');
    await expect(target.enable()).toFailWith('EINVAL'); // nobody is left who offers any
  },
);
