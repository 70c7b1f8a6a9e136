import { KiB, scenario } from '../../src/suite/scenario.js';

export default scenario(
  'a mapping of CMB memory with an offset is refused',
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
    await expect(owner.tryMap(cmb, 64 * KiB, { offset: 4 * KiB })).toFailWith('EINVAL');
    expect('available after the refusal', await cmb.available(), 'pool-balances').toBe(available);
    await expect(owner.tryMap(cmb, 64 * KiB)).toSucceed();
  },
);
