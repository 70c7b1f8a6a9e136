import { KiB, MiB, scenario } from '../../src/suite/scenario.js';

export default scenario(
  'an exhausted or fragmented pool gives ENOMEM, and joined neighbours serve a larger request again',
  {
    shape: 'cmb-switch',
    asks: ['refusals-are-exact', 'pool-balances', 'no-page-in-two-hands'],
    covers: ['map', 'pool'],
    needs: ['p2pmem-allocate'],
  },
  async ({ guest, expect }) => {
    const { cmb } = guest.devices;
    const owner = await guest.probe('p2pmem');
    const hoard = await owner.map(cmb, (await cmb.available()) - 96 * KiB); // first fit: the rest lies behind it
    const pieces = [];
    for (const pages of [1, 2, 3, 4, 1, 2, 3, 4, 1, 2, 1]) {
      const piece = await owner.map(cmb, pages * 4 * KiB);
      await piece.fill(100 + pieces.length);
      pieces.push(piece);
    }
    expect('available once everything is mapped', await cmb.available(), 'pool-balances').toBe(0);
    await expect(owner.tryMap(cmb, 4 * KiB)).toFailWith('ENOMEM');

    // Every piece of one page is given up: three single pages, none beside another.
    const [one, two, , , five, , , , nine] = pieces;
    for (const piece of [one, five, nine]) if (piece !== undefined) await owner.unmap(piece);
    expect('available in fragments', await cmb.available(), 'pool-balances').toBe(12 * KiB);
    await expect(owner.tryMap(cmb, 8 * KiB)).toFailWith('ENOMEM');
    expect('available after the refusal', await cmb.available(), 'pool-balances').toBe(12 * KiB);
    if (two !== undefined) await owner.unmap(two); // the neighbour of the first: three in a row now
    await expect(owner.tryMap(cmb, 16 * KiB)).toFailWith('ENOMEM');
    await expect(owner.tryMap(cmb, 12 * KiB)).toSucceed();
    await expect(owner.tryMap(cmb, 8 * KiB)).toFailWith('ENOMEM');
    for (const piece of pieces)
      if (![one, two, five, nine].includes(piece)) await expect(piece, 'no-page-in-two-hands').toBeIntact();
    await owner.unmap(hoard);
    await expect(owner.tryMap(cmb, 1 * MiB)).toSucceed();
  },
);
