import { KiB, scenario } from '../../src/suite/scenario.js';

export default scenario(
  'peer-to-peer through an allowed host bridge moves every byte, both ways',
  {
    shape: 'cmb-hostbridge',
    asks: ['data-arrives'],
    covers: ['topology', 'io'],
    needs: ['p2pmem-allocate'],
  },
  async ({ guest, expect }) => {
    const { cmb, disk } = guest.devices;
    const owner = await guest.probe('p2pmem');
    const out = await owner.map(cmb, 64 * KiB);
    await out.fill(1);
    await expect(owner.write(disk, out)).toSucceed();
    const back = await owner.map(cmb, 64 * KiB);
    await expect(owner.read(disk, back)).toSucceed();
    back.expectSeed(out.seed);
    await expect(back).toBeIntact();
    await expect(out).toBeIntact();
  },
);
