import { KiB, scenario } from '../../src/suite/scenario.js';

export default scenario(
  'a wrong request for CMB memory is refused with its own errno and takes no page',
  {
    shape: 'cmb-switch',
    asks: ['refusals-are-exact', 'pool-balances'],
    covers: ['map'],
    needs: ['p2pmem-allocate'],
  },
  async ({ guest, expect }) => {
    const { cmb } = guest.devices;
    const available = await cmb.available();
    const owner = await guest.probe('p2pmem');
    const rows = [
      ['EINVAL', 4 * KiB, { private: true }],
      ['EINVAL', 4 * KiB, { private: true, protection: 'r' }],
      ['EINVAL', 4 * KiB, { private: true, descriptor: 'ro', protection: 'r' }],
      ['EINVAL', 4 * KiB, { offset: 4 * KiB }],
      ['EINVAL', 4 * KiB, { offset: 2 ** 40 }],
      ['EINVAL', 0, {}],
      ['EACCES', 4 * KiB, { descriptor: 'ro' }],
      ['EACCES', 4 * KiB, { descriptor: 'ro', protection: 'w' }],
      ['EACCES', 4 * KiB, { descriptor: 'wo', protection: 'w' }], // a mapping always asks for reading
      ['ENOMEM', available + 4 * KiB, {}],
      ['ENOMEM', (await cmb.poolSize()) * 2, {}],
    ] as const;
    for (const [errno, length, options] of rows) {
      await expect(owner.tryMap(cmb, length, options)).toFailWith(errno);
      expect('available after the refusal', await cmb.available(), 'pool-balances').toBe(available);
    }
    await expect(owner.tryMap(cmb, available), 'pool-balances').toSucceed(); // not a page is missing
    expect('available with all of it mapped', await cmb.available(), 'pool-balances').toBe(0);
    const log = await guest.run(['dmesg']);
    for (const why of ['attempted private mapping', 'attempted mapping with non-zero offset'])
      expect(`the kernel says "${why}"`, log.includes(`fail, ${why}`)).toBe(true);
  },
);
