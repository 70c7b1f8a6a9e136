import { redirectAtPort } from '../../src/suite/pci.js';
import { KiB, scenario } from '../../src/suite/scenario.js';

export default scenario(
  'what a port redirects (ACS) passes a root complex that is on the list, with every byte',
  {
    shape: 'cmb-slot',
    asks: ['data-arrives'],
    covers: ['topology', 'acs', 'rebind'],
    tags: ['nightly'],
    needs: ['p2pmem-allocate', 'acs'],
  },
  async ({ guest, expect }) => {
    const { cmb, disk } = guest.devices;
    await redirectAtPort(guest, cmb);
    await expect(cmb.unbind()).toFinish(); // whoever asked before would be remembered
    await cmb.rebind();

    const owner = await guest.probe('p2pmem');
    const out = await owner.map(cmb, 64 * KiB);
    await out.fill(1);
    await expect(owner.write(disk, out)).toSucceed();
    const back = await owner.map(cmb, 64 * KiB);
    await expect(owner.read(disk, back)).toSucceed();
    back.expectSeed(out.seed);
    await expect(back).toBeIntact();
    const log = await guest.run(['dmesg']);
    expect('the log says so', log.includes('ACS redirect is set between the client and provider')).toBe(true);
  },
);
