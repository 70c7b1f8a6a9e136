import { KiB, scenario } from '../../src/suite/scenario.js';

export default scenario(
  'memory of the pool comes to a new owner without the data of the one before',
  {
    shape: 'cmb-switch',
    asks: ['memory-starts-empty'],
    covers: ['map', 'pool', 'finding'],
    needs: ['p2pmem-allocate'],
  },
  async ({ guest, expect }) => {
    const { cmb } = guest.devices;
    const baseline = await cmb.available();
    const before = await guest.probe('p2pmem');
    const secret = await before.map(cmb, 128 * KiB);
    await secret.fill(0x5ec2e7);
    await before.end('exit');
    await expect('available once the owner is gone', () => cmb.available()).toBecome(baseline);

    const after = await guest.probe('p2pmem');
    const given = await after.map(cmb, 128 * KiB); // first fit: the very same pages
    given.expectSeed(secret.seed);
    const { words, mismatches } = await given.verify();
    expect('words of the owner before', words - mismatches).toBe(0);
  },
);
