import { injectAtPort } from '../../src/suite/pci.js';
import { cells, KiB, type Scenario } from '../../src/suite/scenario.js';

function leavesAlone(severity: 'fatal' | 'non-fatal', error: 'DLP' | 'POISON_TLP'): Scenario {
  return {
    title: `a ${severity} error on the link (AER) leaves mappings and their bytes alone`,
    options: {
      shape: 'cmb-pciehp', // where the ports report to the kernel and not to firmware
      asks: ['reset-keeps-memory', 'guest-survives', 'data-arrives'],
      covers: ['aer', severity],
      tags: ['nightly'], // the port waits 5 s before it acts, when a device comes and when it goes
      needs: ['p2pmem-allocate', 'aer'],
    },
    body: async ({ guest, expect }) => {
      const { cmb, disk } = guest.devices;
      const owner = await guest.probe('p2pmem');
      const buffer = await owner.map(cmb, 64 * KiB);
      await buffer.fill(1);

      await injectAtPort(guest, cmb, error);
      await guest.untilLogged(/AER: .*device recovery successful/);
      await cmb.untilBack();
      await expect(buffer).toBeIntact();
      await buffer.fill(2);
      await expect(owner.write(cmb, buffer), 'data-arrives').toSucceed();
      await expect(owner.write(disk, buffer), 'data-arrives').toSucceed();
      await expect(buffer).toBeIntact();
    },
  };
}

export default cells({
  'non-fatal': leavesAlone('non-fatal', 'POISON_TLP'),
  fatal: leavesAlone('fatal', 'DLP'), // the bus below the port is reset
});
