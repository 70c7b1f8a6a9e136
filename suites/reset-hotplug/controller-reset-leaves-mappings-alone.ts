import { KiB, scenario } from '../../src/suite/scenario.js';

export default scenario(
  "a controller reset leaves mappings, their bytes and other devices' I/O alone",
  {
    shape: 'cmb-switch',
    asks: ['reset-keeps-memory', 'data-arrives', 'pool-balances'],
    covers: ['reset', 'in-flight'],
    needs: ['p2pmem-allocate'],
  },
  async ({ guest, expect }) => {
    const { cmb, disk } = guest.devices;
    const owner = await guest.probe('p2pmem');
    const buffer = await owner.map(cmb, 64 * KiB);
    await buffer.fill(1);
    const available = await cmb.available();
    await disk.hold();
    const write = await owner.submitWrite(disk, buffer);
    await disk.untilInFlight(1);

    await expect(cmb.remove('controller-reset')).toFinish(); // its queues, in the same memory, are made anew
    await expect(buffer).toBeIntact();
    await expect(write).toBeInFlight();
    expect('available', await cmb.available(), 'pool-balances').toBe(available);

    await disk.release();
    await expect(write, 'data-arrives').toComplete();
    const copy = await owner.ram(64 * KiB);
    await expect(owner.read(disk, copy), 'data-arrives').toSucceed();
    copy.expectSeed(buffer.seed);
    await expect(copy, 'data-arrives').toBeIntact();
    await expect(owner.write(cmb, buffer), 'data-arrives').toSucceed();
  },
);
