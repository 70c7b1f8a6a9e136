import { KiB, scenario } from '../../src/suite/scenario.js';

export default scenario(
  'a reset of the bus leaves mappings and their bytes alone',
  {
    shape: 'cmb-pciehp',
    asks: ['reset-keeps-memory', 'data-arrives', 'pool-balances'],
    covers: ['reset'],
    tags: ['nightly'], // the port waits 5 s before it acts, when a device comes and when it goes
    needs: ['p2pmem-allocate'],
  },
  async ({ guest, expect }) => {
    const { cmb, disk } = guest.devices;
    const owner = await guest.probe('p2pmem');
    const buffer = await owner.map(cmb, 64 * KiB);
    await buffer.fill(1);
    const available = await cmb.available();

    await expect(cmb.remove('bus-reset')).toFinish();
    await expect(buffer).toBeIntact();
    await expect(owner.touch(buffer, 'w', 32 * KiB)).toGoThrough();
    await buffer.fill(2);
    expect('available', await cmb.available(), 'pool-balances').toBe(available);
    await expect(owner.write(disk, buffer), 'data-arrives').toSucceed();
    await expect(owner.write(cmb, buffer), 'data-arrives').toSucceed();
    const copy = await owner.map(cmb, 64 * KiB);
    await expect(owner.read(cmb, copy), 'data-arrives').toSucceed();
    copy.expectSeed(buffer.seed);
    await expect(copy, 'data-arrives').toBeIntact();
  },
);
