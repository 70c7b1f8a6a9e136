import { leftBehind } from '../../src/suite/leftovers.js';
import { KiB, scenario } from '../../src/suite/scenario.js';

export default scenario(
  'a device that is unbound and bound again and again takes no more memory of the kernel than once',
  {
    shape: 'cmb-switch',
    asks: ['no-memory-is-lost', 'unbind-finishes', 'data-arrives'],
    covers: ['unbind', 'rebind'],
    tags: ['nightly'],
    deadlineMs: 180_000,
    needs: ['p2pmem-allocate', 'slab-caches'],
  },
  async ({ guest, expect }) => {
    const { cmb, disk } = guest.devices;
    const left = await leftBehind(guest, 12, async () => {
      const owner = await guest.probe('p2pmem');
      const buffer = await owner.map(cmb, 64 * KiB);
      await buffer.fill(1);
      await expect(owner.write(disk, buffer), 'data-arrives').toSucceed(); // its path is looked for anew
      await guest.endProbes();
      await expect(cmb.unbind(), 'unbind-finishes').toFinish();
      await cmb.rebind();
    });
    await expect('what it leaves in the slab caches', left, 'no-memory-is-lost').toBecome('nothing');
  },
);
