import { injectAtPort } from '../../src/suite/pci.js';
import { KiB, scenario } from '../../src/suite/scenario.js';

export default scenario(
  'a non-fatal error on the link (AER) leaves mappings and their bytes alone',
  {
    shape: 'cmb-pciehp', // where the ports report to the kernel and not to firmware
    asks: ['reset-keeps-memory', 'guest-survives', 'data-arrives'],
    covers: ['aer', 'non-fatal'],
    tags: ['nightly'], // the port waits 5 s before it acts, when a device comes and when it goes
    needs: ['p2pmem-allocate'],
  },
  async ({ guest, expect }) => {
    const { cmb, disk } = guest.devices;
    const owner = await guest.probe('p2pmem');
    const buffer = await owner.map(cmb, 64 * KiB);
    await buffer.fill(1);

    await injectAtPort(guest, cmb, 'POISON_TLP');
    await guest.untilLogged(/AER: .*device recovery successful/);
    await cmb.untilBack();
    await expect(buffer).toBeIntact();
    await buffer.fill(2);
    await expect(owner.write(cmb, buffer), 'data-arrives').toSucceed();
    await expect(owner.write(disk, buffer), 'data-arrives').toSucceed();
    await expect(buffer).toBeIntact();
  },
);
