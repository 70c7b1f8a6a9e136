import { scenario } from '../../src/suite/scenario.js';

export default scenario(
  'a CMB that devices can read and write is published, and its size is what the controller says',
  {
    shape: 'cmb-switch',
    asks: ['pool-balances'],
    covers: ['map', 'sysfs'],
    needs: ['p2pmem-allocate'],
  },
  async ({ guest, expect }) => {
    const { cmb } = guest.devices;
    const attribute = async (name: string): Promise<string> =>
      (await guest.read(`${cmb.sysfs}/p2pmem/${name}`)).trim();
    expect('published', await attribute('published')).toBe('1');
    // CMBSZ says 64 MiB; nothing of it is kept back (drivers/nvme/host/pci.c:nvme_map_cmb).
    const size = Number(await attribute('size'));
    expect('size', size).toBe(64 * 1024 * 1024);
    // The I/O queues of the device itself live in there, in whole pages.
    const queues = size - (await cmb.available());
    expect('the queues take some of it', queues > 0 && queues < size / 4 && queues % 4096 === 0).toBe(true);
    const allocate = await guest.run(['stat', '-c', '%a %u', cmb.allocate]);
    expect('mode and owner of allocate', allocate.trim()).toBe('660 0');
  },
);
