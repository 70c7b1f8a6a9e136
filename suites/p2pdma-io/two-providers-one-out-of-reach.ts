import { KiB, scenario } from '../../src/suite/scenario.js';

export default scenario(
  'a request with memory of two providers is refused when one of them is out of reach, whichever comes first',
  {
    shape: 'cmb-near-and-far',
    asks: ['refusals-are-exact', 'data-arrives', 'pool-balances'],
    covers: ['io', 'topology', 'iov'],
    tags: ['nightly'],
    needs: ['p2pmem-allocate'],
  },
  async ({ guest, expect }) => {
    const { cmb, other, disk } = guest.devices;
    const owner = await guest.probe('p2pmem');
    const before = await owner.ram(8 * KiB);
    await before.fill(9);
    const [near, far] = [await owner.map(cmb, 4 * KiB), await owner.map(other, 4 * KiB)];
    for (const parts of [
      [near, far],
      [far, near],
    ]) {
      await expect(owner.write(disk, before), 'data-arrives').toSucceed();
      await near.fill(1);
      await far.fill(2);
      // In the order of the parts, what comes before the one that is refused may have been carried out.
      const { errno } = await owner.write(disk, parts, 0, 'uring');
      expect('the write went through', errno === null).toBe(false);
      const place = parts.indexOf(far) * 4 * KiB;
      const wrong = await disk.wrongWords(before.part(place, 4 * KiB), place);
      expect('wrong words where memory out of reach would be', wrong, 'data-arrives').toBe(0);
      expect('the read went through', (await owner.read(disk, parts, 0, 'uring')).errno === null).toBe(false);
      far.expectSeed(far.seed);
      await expect(far, 'data-arrives').toBeIntact();
    }
    await near.fill(3);
    await expect(owner.write(disk, near), 'data-arrives').toSucceed(); // what is in reach alone still passes
    expect('wrong words of it', await disk.wrongWords(near, 0), 'data-arrives').toBe(0);
  },
);
