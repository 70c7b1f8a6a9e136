import { pinsHeld } from '../../src/suite/leftovers.js';
import { MiB, scenario } from '../../src/suite/scenario.js';

const transfers = 150;

export default scenario(
  'a process that forks while its transfers pin device memory loses none of it',
  {
    shape: 'cmb-blocked',
    asks: ['no-memory-is-lost', 'pool-balances', 'unbind-finishes'],
    covers: ['io', 'gup', 'fork'],
    needs: ['p2pmem-allocate'],
  },
  async ({ guest, expect }) => {
    const { cmb } = guest.devices;
    const baseline = await cmb.available();
    const pins = await pinsHeld(guest);
    const owner = await guest.probe('p2pmem');
    const buffer = await owner.map(cmb, 1 * MiB); // the longer a walk, the more often a fork begins under it
    const seen = await owner.writesForking(cmb, buffer, transfers);
    guest.note('forked', { transfers: seen.transfers, forks: seen.forks });
    expect('pins that were not given back', (await pinsHeld(guest)) - pins, 'no-memory-is-lost').toBe(0);
    await owner.unmap(buffer);
    await expect('available after the unmapping', () => cmb.available(), 'pool-balances').toBecome(baseline);
    await expect(cmb.unbind(), 'unbind-finishes').toFinish();
  },
);
