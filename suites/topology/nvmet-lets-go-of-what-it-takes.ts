import { NvmetNamespace } from '../../src/suite/pci.js';
import { scenario } from '../../src/suite/scenario.js';

const times = 100; // more than a PCI device has references: one lost each time frees it under its users

export default scenario(
  'the NVMe target lets go of its provider no more often than it takes hold, and the provider may leave afterwards',
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
    await expect(target.useMemoryOf('1')).toSucceed(); // each enabling searches for a provider
    expect('how often it was enabled and disabled', await target.toggle(times)).toBe(times);
    expect('how often it took and left', await target.takeAndLeave(cmb.bdf, times)).toBe(times);
    await expect(target.useMemoryOf(cmb.bdf)).toSucceed();
    await expect(cmb.remove('pci-remove'), 'unbind-finishes').toFinish();
    expect('whose memory it would use', await target.memory()).toBe(cmb.bdf); // it holds what is gone from the bus
    await expect(target.useMemoryOf('0')).toSucceed();
    await cmb.restore('pci-remove');
    expect('available', await cmb.available(), 'rebind-works').toBe(baseline);
  },
);
