import { KiB, scenario } from '../../src/suite/scenario.js';

export default scenario(
  'a disk whose driver cannot do peer-to-peer refuses device memory, and no byte moves',
  {
    shape: 'cmb-neighbours',
    asks: ['refusals-are-exact', 'pool-balances'],
    covers: ['io', 'gup', 'virtio', 'loop'],
    needs: ['p2pmem-allocate', 'loop'],
  },
  async ({ guest, expect }) => {
    const { cmb } = guest.devices;
    const owner = await guest.probe('p2pmem');
    const available = await cmb.available();
    const ram = await owner.ram(16 * KiB);
    for (const disk of [await guest.plainDisk('plain'), await guest.loopDevice()]) {
      const buffer = await owner.map(cmb, 16 * KiB);
      await buffer.fill(1);
      for (const way of ['sync', 'aio', 'uring'] as const) {
        await expect(owner.write(disk, buffer, 0, way)).toFailWith('EREMOTEIO');
        await expect(owner.read(disk, buffer, 0, way)).toFailWith('EREMOTEIO');
      }
      // Ordinary memory before it goes through, and the request ends there (lib/iov_iter.c, partial pins).
      await expect(buffer).toBeIntact();
      await expect(owner.write(disk, ram)).toSucceed();
      await owner.unmap(buffer);
      await expect('available afterwards', () => cmb.available(), 'pool-balances').toBecome(available);
    }
  },
);
