import { KiB, scenario } from '../../src/suite/scenario.js';

export default scenario(
  'a read-only mapping of device memory cannot be registered with io_uring either',
  {
    shape: 'cmb-switch',
    asks: ['refusals-are-exact', 'pool-balances'],
    covers: ['gup', 'longterm', 'refusal'],
    needs: ['p2pmem-allocate'],
  },
  async ({ guest, expect }) => {
    const { cmb } = guest.devices;
    const owner = await guest.probe('p2pmem');
    for (const descriptor of ['ro', 'rw'] as const) {
      const page = await owner.map(cmb, 8 * KiB, { descriptor, protection: 'r' });
      await expect(owner.take('IORING_REGISTER_BUFFERS', page)).toFailWith('EFAULT');
      await expect(owner.touch(page)).toGoThrough();
      await owner.unmap(page);
    }
  },
);
