import { leftBehind } from '../../src/suite/leftovers.js';
import { KiB, scenario } from '../../src/suite/scenario.js';

export default scenario(
  'a mapping that is gone, and one that is refused, leaves nothing behind in the kernel',
  {
    shape: 'cmb-switch',
    asks: ['no-memory-is-lost', 'refusals-are-exact', 'pool-balances'],
    covers: ['map', 'pool', 'sysfs'],
    tags: ['nightly'],
    needs: ['p2pmem-allocate', 'slab-caches'],
  },
  async ({ guest, expect }) => {
    const { cmb } = guest.devices;
    const available = await cmb.available();
    const owner = await guest.probe('p2pmem');
    const left = await leftBehind(guest, 40, async () => {
      const buffer = await owner.map(cmb, 64 * KiB);
      await buffer.fill(1);
      await owner.unmap(buffer);
      await expect(owner.tryMap(cmb, available + 4 * KiB), 'refusals-are-exact').toFailWith('ENOMEM');
    });
    await expect('what they leave in the slab caches', left, 'no-memory-is-lost').toBecome('nothing');
    await expect('available afterwards', () => cmb.available(), 'pool-balances').toBecome(available);
  },
);
