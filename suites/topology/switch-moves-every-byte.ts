import { KiB, scenario } from '../../src/suite/scenario.js';

export default scenario(
  'peer-to-peer behind one switch moves every byte, both ways, whatever the CPU',
  {
    shape: 'cmb-switch-intel', // below one switch nothing passes the root complex: no list is asked
    asks: ['data-arrives'],
    covers: ['topology', 'io'],
    tags: ['nightly'],
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
    const log = await guest.run(['dmesg']);
    expect('the kernel complains', log.includes('cannot be used for peer-to-peer DMA')).toBe(false);
  },
);
