import { KiB, scenario } from '../../src/suite/scenario.js';

export default scenario(
  "two owners never see or change each other's bytes, whatever is freed between them",
  {
    shape: 'cmb-switch',
    asks: ['no-page-in-two-hands', 'pool-balances'],
    covers: ['pool', 'canary'],
    needs: ['p2pmem-allocate'],
  },
  async ({ guest, expect }) => {
    const { cmb } = guest.devices;
    const [alice, bob] = [await guest.probe('p2pmem'), await guest.probe('p2pmem')];
    const mine = [];
    for (let page = 0; page < 8; page++) {
      const buffer = await alice.map(cmb, 4 * KiB); // one page each: neighbours in the pool
      await buffer.fill(100 + page);
      mine.push(buffer);
    }
    // Holes between Alice's pages; the pool hands them out again, first fit, and nothing but them.
    for (const hole of mine.filter((_, page) => page % 2 === 0)) await alice.unmap(hole);
    const theirs = [];
    for (let page = 0; page < 8; page++) {
      const buffer = await bob.map(cmb, 4 * KiB);
      await buffer.fill(200 + page);
      theirs.push(buffer);
    }
    for (const kept of mine.filter((_, page) => page % 2 === 1)) await expect(kept).toBeIntact();
    for (const buffer of theirs) await expect(buffer).toBeIntact();
  },
);
