import { KiB, scenario } from '../../src/suite/scenario.js';

export default scenario(
  'a filesystem with the old direct I/O refuses device memory, although its disk would take it',
  {
    shape: 'cmb-switch',
    asks: ['refusals-are-exact', 'data-arrives'],
    covers: ['io', 'gup', 'filesystem', 'vfat'],
    needs: ['p2pmem-allocate', 'vfat'],
  },
  async ({ guest, expect }) => {
    const { cmb, disk } = guest.devices;
    const before = await guest.probe('p2pmem');
    await expect(before.write(disk, await before.map(cmb, 4 * KiB)), 'data-arrives').toSucceed();
    await before.end();
    const file = await guest.fileOn('vfat', disk);
    const owner = await guest.probe('p2pmem');
    const buffer = await owner.map(cmb, 16 * KiB);
    await buffer.fill(1);
    const ram = await owner.ram(16 * KiB);
    await ram.fill(2);
    await expect(owner.write(file, ram), 'data-arrives').toSucceed();
    // fs/direct-io.c:dio_refill_pages asks for pages without ITER_ALLOW_P2PDMA.
    await expect(owner.read(file, buffer)).toFailWith('EREMOTEIO');
    await expect(owner.write(file, buffer)).toFailWith('EREMOTEIO');
    await expect(buffer).toBeIntact();
    await expect(owner.read(file, ram), 'data-arrives').toSucceed();
    await expect(ram, 'data-arrives').toBeIntact();
  },
);
