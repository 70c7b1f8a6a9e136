import { iommuFault } from '../../src/suite/pci.js';
import { KiB, scenario } from '../../src/suite/scenario.js';

export default scenario(
  'a device behind an IOMMU reaches its own memory, and the IOMMU unmaps nothing that it did not map',
  {
    shape: 'cmb-iommu',
    asks: ['data-arrives', 'guest-survives'],
    covers: ['topology', 'iommu', 'io'],
    tags: ['nightly'],
    needs: ['p2pmem-allocate', 'iommu'],
  },
  async ({ guest, expect }) => {
    const { cmb } = guest.devices;
    const owner = await guest.probe('p2pmem');
    const [out, back] = [await owner.map(cmb, 64 * KiB), await owner.map(cmb, 64 * KiB)];
    const [ram, ramBack] = [await owner.ram(64 * KiB), await owner.ram(64 * KiB)];
    for (const [round, at] of [0, 64 * KiB, 128 * KiB].entries()) {
      for (const [index, buffer] of [out, ram, back, ramBack].entries())
        await buffer.fill(4 * round + index + 1);
      await expect(owner.write(cmb, out, at)).toSucceed();
      await expect(owner.read(cmb, back, at)).toSucceed();
      back.expectSeed(out.seed);
      await expect(back).toBeIntact();
      // An address that was given back to the IOMMU without being its own would be handed out for this.
      await expect(owner.write(cmb, ram, 256 * KiB)).toSucceed();
      await expect(owner.read(cmb, ramBack, 256 * KiB)).toSucceed();
      ramBack.expectSeed(ram.seed);
      await expect(ramBack).toBeIntact();
    }
    // pieces that are no neighbours are segments of their own (drivers/iommu/dma-iommu.c:iommu_dma_map_sg)
    const pieces = [8, 4, 0].map((page) => out.part(page * 4 * KiB, 8 * KiB));
    await expect(owner.write(cmb, pieces, 512 * KiB)).toSucceed();
    for (const [index, piece] of pieces.entries()) {
      const wrong = await cmb.wrongWords(piece, 512 * KiB + index * piece.length);
      expect(`wrong words on the disk, of piece ${index}`, wrong).toBe(0);
    }
    expect('faults of the IOMMU', await iommuFault(guest)).toBe('none');
  },
);
