import { redirectAtPort } from '../../src/suite/pci.js';
import { KiB, scenario } from '../../src/suite/scenario.js';

export default scenario(
  'two functions reach each other until their port redirects (ACS) and the provider is bound again',
  {
    shape: 'cmb-slot-intel',
    asks: ['refusals-are-exact', 'data-arrives'],
    covers: ['topology', 'acs', 'rebind'],
    tags: ['nightly'],
    needs: ['p2pmem-allocate', 'acs'],
  },
  async ({ guest, expect, fact }) => {
    const { cmb, disk } = guest.devices;
    const owner = await guest.probe('p2pmem');
    const buffer = await owner.map(cmb, 64 * KiB);
    await buffer.fill(1);
    await expect(owner.write(disk, buffer), 'data-arrives').toSucceed();
    await redirectAtPort(guest, cmb);
    await expect(owner.write(disk, buffer), 'data-arrives').toSucceed(); // the answer of before is remembered
    await expect(cmb.unbind()).toFinish();
    await cmb.rebind();

    const heir = await guest.probe('p2pmem');
    const fresh = await heir.map(cmb, 64 * KiB);
    await fresh.fill(2);
    await expect(heir.write(disk, fresh)).toFailWith(fact('p2p-refusal'));
    await expect(fresh).toBeIntact();
    const log = await guest.run(['dmesg']);
    expect('the log says why', log.includes('ACS redirect is set between the client and provider')).toBe(
      true,
    );
  },
);
