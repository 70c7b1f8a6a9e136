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
    expect('published', await cmb.attribute('p2pmem/published')).toBe('1');
    // CMBSZ says 64 MiB; nothing of it is kept back (drivers/nvme/host/pci.c:nvme_map_cmb).
    const size = await cmb.poolSize();
    expect('size', size).toBe(64 * 1024 * 1024);
    // What the driver says of the registers: CMBSZ.SZ in units of 4 KiB times 16 to the SZU (NVMe base specification, CMBSZ).
    const said = (name: string): Promise<string> => cmb.attribute(`nvme/${cmb.controller}/${name}`);
    const [location, register] = [Number(await said('cmbloc')), Number(await said('cmbsz'))];
    const unit = 4096 * 16 ** ((register >>> 8) & 0xf);
    expect('size that the driver says', (register >>> 12) * unit).toBe(size);
    expect('BAR that the driver says', location & 7).toBe(2);
    const [loc = '', sz = ''] = (await said('cmb')).match(/(?<=x)[0-9a-f]{8}/g) ?? [];
    expect('the same in one file', [parseInt(loc, 16), parseInt(sz, 16)].join()).toBe(
      [location, register].join(),
    );
    // The I/O queues of the device itself live in there, in whole pages.
    const queues = size - (await cmb.available());
    expect('the queues take some of it', queues > 0 && queues < size / 4 && queues % 4096 === 0).toBe(true);
    const allocate = await guest.run(['stat', '-c', '%a %u %s', cmb.allocate]);
    // The size is for programs that map no more than a file has (drivers/pci/p2pdma.c:p2pmem_alloc_attr).
    expect('mode, owner and size of allocate', allocate.trim()).toBe(`660 0 ${2 ** 40}`);
  },
);
