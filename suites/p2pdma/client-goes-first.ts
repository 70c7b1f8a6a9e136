import { KiB, scenario } from '../../src/suite/scenario.js';

export default scenario(
  'the other device can go first: nothing of a transfer is left with it, and the memory serves on',
  {
    shape: 'cmb-hostbridge',
    asks: ['unbind-finishes', 'data-arrives', 'rebind-works'],
    covers: ['topology', 'io', 'unbind'],
    needs: ['p2pmem-allocate'],
  },
  async ({ guest, expect }) => {
    const { cmb, disk } = guest.devices;
    const owner = await guest.probe('p2pmem');
    const buffer = await owner.map(cmb, 64 * KiB);
    await buffer.fill(1);
    await expect(owner.write(disk, buffer), 'data-arrives').toSucceed();
    await expect(owner.read(disk, buffer), 'data-arrives').toSucceed();

    await expect(disk.unbind()).toFinish(); // DMA-API debugging counts what the driver left mapped
    await expect(owner.touch(buffer, 'w'), 'data-arrives').toGoThrough();
    await buffer.fill(2);
    await disk.rebind();
    const later = await guest.probe('p2pmem');
    const again = await later.map(cmb, 64 * KiB);
    await again.fill(3);
    await expect(later.write(disk, again), 'rebind-works').toSucceed();
    await expect(buffer, 'data-arrives').toBeIntact();
  },
);
