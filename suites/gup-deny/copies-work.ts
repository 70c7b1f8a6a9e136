import { KiB, scenario } from '../../src/suite/scenario.js';

export default scenario(
  'plain copies out of device memory and into it carry every byte, through a pipe, a socket or a file',
  {
    shape: 'cmb-switch',
    asks: ['data-arrives'],
    covers: ['gup', 'copy'],
    needs: ['p2pmem-allocate'],
  },
  async ({ guest, expect }) => {
    const { cmb } = guest.devices;
    const owner = await guest.probe('p2pmem');
    for (const [index, through] of (['pipe', 'socket', 'file'] as const).entries()) {
      const buffer = await owner.map(cmb, 16 * KiB);
      const half = 8 * KiB;
      await buffer.fill(10 + index);
      const copy = await owner.take(`copy through a ${through}`, buffer);
      expect(`bytes copied through a ${through}`, copy.errno ?? copy.result ?? null).toBe(half);
      const [from, to] = [buffer.part(0, half), buffer.part(half, half)];
      to.expectSeed(buffer.seed, 0);
      await expect(from).toBeIntact();
      await expect(to).toBeIntact();
      await owner.unmap(buffer);
    }
  },
);
