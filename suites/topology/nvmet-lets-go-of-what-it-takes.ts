import { NvmetNamespace } from '../../src/suite/pci.js';
import { scenario } from '../../src/suite/scenario.js';

const times = 100; // more than a PCI device has references: one lost each time frees it under its users

export default scenario(
  'the NVMe target lets go of its provider as often as it takes hold of it, and a provider may leave afterwards',
  {
    shape: 'cmb-switch',
    asks: ['refusals-are-exact', 'unbind-finishes', 'rebind-works'],
    covers: ['nvmet', 'topology', 'unbind'],
    tags: ['nightly'],
    needs: ['p2pmem-allocate', 'nvmet'],
  },
  async ({ guest, expect }) => {
    const { cmb, disk } = guest.devices;
    const baseline = await cmb.available();
    const target = await NvmetNamespace.make(guest, disk);
    for (const provider of ['1', cmb.bdf]) {
      await expect(target.useMemoryOf(provider)).toSucceed();
      expect('how often it was enabled and disabled', await target.toggle(times)).toBe(times);
    }
    await expect(target.useMemoryOf('0')).toSucceed();
    await expect(cmb.remove('pci-remove'), 'unbind-finishes').toFinish();
    await cmb.restore('pci-remove');
    expect('available', await cmb.available(), 'rebind-works').toBe(baseline);
  },
);
