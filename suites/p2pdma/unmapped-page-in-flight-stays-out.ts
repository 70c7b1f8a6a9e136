import { KiB, scenario } from '../../src/suite/scenario.js';

export default scenario(
  'a page that is unmapped while a write is in flight returns to the pool only when the write completes',
  {
    shape: 'cmb-switch',
    asks: ['no-page-in-two-hands', 'pool-balances', 'data-arrives'],
    covers: ['pool', 'gup', 'in-flight'],
    needs: ['p2pmem-allocate'],
  },
  async ({ guest, expect }) => {
    const { cmb, disk } = guest.devices;
    const owner = await guest.probe('p2pmem');
    const buffer = await owner.map(cmb, 64 * KiB);
    await buffer.fill(1);
    const hoarder = await guest.probe('p2pmem');
    await hoarder.map(cmb, await cmb.available()); // now the only pages to be had are the ones in flight
    expect('available once everything is mapped', await cmb.available()).toBe(0);
    await disk.hold();
    const write = await owner.submitWrite(disk, buffer);
    await disk.untilInFlight(1);

    await owner.unmap(buffer);
    expect('available with the unmapped pages in flight', await cmb.available()).toBe(0);
    const thief = await guest.probe('p2pmem');
    await expect(thief.tryMap(cmb, 4 * KiB)).toFailWith('ENOMEM');
    await expect(write).toBeInFlight();

    await disk.release();
    await expect(write, 'data-arrives').toComplete();
    await expect('available after completion', () => cmb.available(), 'pool-balances').toBecome(64 * KiB);
    await expect(thief.tryMap(cmb, 64 * KiB), 'pool-balances').toSucceed();
    const copy = await owner.ram(64 * KiB);
    await expect(owner.read(disk, copy), 'data-arrives').toSucceed();
    copy.expectSeed(buffer.seed);
    await expect(copy, 'data-arrives').toBeIntact();
  },
);
