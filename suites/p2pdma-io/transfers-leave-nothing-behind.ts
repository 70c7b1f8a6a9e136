import { dmaBlocks, pinsHeld } from '../../src/suite/leftovers.js';
import { KiB, scenario } from '../../src/suite/scenario.js';

export default scenario(
  'transfers that are done, and those that are refused, leave no pin and no DMA memory behind',
  {
    shape: 'cmb-blocked',
    asks: ['no-memory-is-lost', 'refusals-are-exact', 'data-arrives'],
    covers: ['io', 'gup'],
    needs: ['p2pmem-allocate'],
  },
  async ({ guest, expect, fact }) => {
    const { cmb, disk } = guest.devices;
    const owner = await guest.probe('p2pmem');
    const buffer = await owner.map(cmb, 64 * KiB);
    await buffer.fill(1);
    const page = buffer.part(0, 4 * KiB);
    const scattered = [3, 2, 1, 0].map((index) => buffer.part(index * 4 * KiB, 4 * KiB)); // takes a list
    const ordinary = await owner.ram(4 * KiB);
    const refusal = fact('p2p-refusal');
    const pins = await pinsHeld(guest);
    for (let round = 0; round < 4; round += 1) {
      await expect(owner.write(cmb, ordinary), 'data-arrives').toSucceed(); // mapped in a way of its own, with the same tag
      await expect(owner.write(cmb, page), 'data-arrives').toSucceed();
      await expect(owner.write(cmb, scattered), 'data-arrives').toSucceed();
      await expect(owner.write(cmb, buffer), 'data-arrives').toSucceed();
      await expect(owner.read(cmb, buffer), 'data-arrives').toSucceed();
      await expect(owner.write(disk, buffer), 'refusals-are-exact').toFailWith(refusal);
      await expect(owner.read(disk, page), 'refusals-are-exact').toFailWith(refusal);
    }
    for (const { bdf } of [cmb, disk])
      expect('blocks of DMA memory in use', await dmaBlocks(guest, bdf), 'no-memory-is-lost').toBe('none');
    expect('pins that were not given back', (await pinsHeld(guest)) - pins, 'no-memory-is-lost').toBe(0);
  },
);
