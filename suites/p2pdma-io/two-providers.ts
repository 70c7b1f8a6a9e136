import { KiB, scenario } from '../../src/suite/scenario.js';

export default scenario(
  'one request may use the memory of two providers, and each page gets its own bytes',
  {
    shape: 'cmb-neighbours',
    asks: ['data-arrives', 'pool-balances'],
    covers: ['io', 'gup', 'iov'],
    needs: ['p2pmem-allocate'],
  },
  async ({ guest, expect }) => {
    const { cmb, other, disk } = guest.devices;
    const owner = await guest.probe('p2pmem');
    const [a, b] = [await owner.map(cmb, 16 * KiB), await owner.map(other, 16 * KiB)];
    const ram = await owner.ram(4 * KiB);
    const [a1, a2] = [a.part(0, 4 * KiB), a.part(4 * KiB, 8 * KiB)];
    const [b1, b2] = [b.part(0, 8 * KiB), b.part(8 * KiB, 4 * KiB)];
    for (const [index, parts] of [
      [a1, b1],
      [b1, a1],
      [a1, b1, ram, a2, b2],
    ].entries()) {
      await a.fill(100 + index);
      await b.fill(200 + index);
      await ram.fill(300 + index);
      await expect(owner.write(disk, parts)).toSucceed();
      let at = 0;
      for (const part of parts) {
        part.expectSeed([a, b, ram].find(({ area }) => area === part.area)?.seed ?? 0);
        expect(`wrong words of ${part.name} on the disk`, await disk.wrongWords(part, at)).toBe(0);
        at += part.length;
      }
      const source = await owner.ram(at);
      await source.fill(400 + index);
      await expect(owner.write(disk, source)).toSucceed();
      await expect(owner.read(disk, parts)).toSucceed();
      at = 0;
      for (const part of parts) {
        part.expectSeed(source.seed, at);
        await expect(part).toBeIntact();
        at += part.length;
      }
    }
  },
);
