import { KiB, scenario } from '../../src/suite/scenario.js';

export default scenario(
  'processes that map and unmap a tiny pool at once never find a word of somebody else in their pages',
  {
    shape: 'cmb-switch',
    asks: ['no-page-in-two-hands', 'pool-balances'],
    covers: ['map', 'pool', 'canary'],
    tags: ['race'],
    needs: ['p2pmem-allocate'],
  },
  async ({ guest, expect, random }) => {
    const { cmb } = guest.devices;
    const hoarder = await guest.probe('p2pmem');
    await hoarder.map(cmb, (await cmb.available()) - 32 * KiB); // eight pages are left to fight for
    const crowd = await guest.probe('p2pmem');
    const seen = await crowd.churn(cmb, {
      seed: random.below(2 ** 31),
      processes: 4,
      rounds: 2000,
      pages: 3,
      keep: 4,
    });
    expect('words of somebody else', seen.foreign).toBe(0);
    expect('processes that died', seen.died).toBe(0);
    expect('pages did change hands', seen.mapped > 500 && seen.nomem > 0).toBe(true);
    await expect('available afterwards', () => cmb.available(), 'pool-balances').toBecome(32 * KiB);
  },
);
