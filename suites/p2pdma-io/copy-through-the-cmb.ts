import { KiB, scenario } from '../../src/suite/scenario.js';

export default scenario(
  'two streams of a disk pass through a CMB to another place with their parity, and no byte is lost',
  {
    shape: 'cmb-switch',
    asks: ['data-arrives', 'pool-balances'],
    covers: ['io', 'topology'],
    needs: ['p2pmem-allocate'],
  },
  async ({ guest, expect }) => {
    const { cmb, disk } = guest.devices;
    const owner = await guest.probe('p2pmem');
    const chunk = 64 * KiB;
    const [one, two, target, parityAt] = [0, 1024, 4096, 6144].map((kib) => kib * KiB) as [
      number,
      number,
      number,
      number,
    ];
    const ram = await owner.ram(4 * chunk);
    for (const [seed, at] of [
      [11, one],
      [22, two],
    ] as const) {
      await ram.fill(seed);
      await expect(owner.write(disk, ram, at)).toSucceed();
    }
    const [first, second, sum] = [
      await owner.map(cmb, chunk),
      await owner.map(cmb, chunk),
      await owner.ram(chunk),
    ];
    for (let at = 0; at < ram.length; at += chunk) {
      await expect(owner.read(disk, first, one + at)).toSucceed();
      await expect(owner.read(disk, second, two + at)).toSucceed();
      first.expectSeed(11, at);
      second.expectSeed(22, at);
      await expect(first).toBeIntact();
      await expect(owner.write(disk, first, target + at)).toSucceed();
      expect('wrong words of the copy', await disk.wrongWords(first, target + at)).toBe(0);
      await owner.probe.parity(first.segment, { area: second.area, offset: 0 }); // in the CMB itself
      await expect(owner.write(disk, second, parityAt + at)).toSucceed();
      // What is left of the parity without the second stream is the first.
      await expect(owner.read(disk, sum, parityAt + at)).toSucceed();
      await expect(owner.read(disk, second, two + at)).toSucceed();
      await owner.probe.parity(second.segment, { area: sum.area, offset: 0 });
      sum.expectSeed(11, at);
      await expect(sum).toBeIntact();
    }
  },
);
