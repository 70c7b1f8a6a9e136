import { lostPieces } from '../../src/suite/leftovers.js';
import { KiB, scenario } from '../../src/suite/scenario.js';

export default scenario(
  'whatever is done with a CMB, and however its device leaves and comes back, the kernel loses no memory of its own',
  {
    shape: 'cmb-kmemleak',
    asks: ['no-memory-is-lost', 'refusals-are-exact', 'data-arrives', 'unbind-finishes'],
    covers: ['map', 'io', 'pool', 'unbind', 'rebind', 'reset', 'sysfs'],
    tags: ['nightly'],
    needs: ['p2pmem-allocate', 'kmemleak'],
    deadlineMs: 300_000,
  },
  async ({ guest, expect, fact }) => {
    const { cmb, disk } = guest.devices;
    const refusal = fact('p2p-refusal');
    for (const how of ['unbind', 'pci-remove'] as const) {
      const owner = await guest.probe('p2pmem');
      const buffer = await owner.map(cmb, 64 * KiB);
      await buffer.fill(1);
      await expect(owner.tryMap(cmb, 64 * 1024 * KiB), 'refusals-are-exact').toFailWith('ENOMEM');
      const read = owner.tries('read of allocate', (probe) => probe.readFile(cmb.allocate));
      await expect(read, 'refusals-are-exact').toFailWith('EIO');
      await expect(owner.write(cmb, buffer), 'data-arrives').toSucceed();
      await expect(owner.write(disk, buffer), 'refusals-are-exact').toFailWith(refusal);
      await expect(owner.read(disk, buffer.part(0, 4 * KiB)), 'refusals-are-exact').toFailWith(refusal);
      await expect(cmb.remove('controller-reset')).toFinish();
      await expect(owner.write(cmb, buffer), 'data-arrives').toSucceed();
      await expect(cmb.remove(how), 'unbind-finishes').toFinish();
      await expect(owner.read(disk, buffer), 'refusals-are-exact').toFailWith('EFAULT');
      await cmb.restore(how);
    }
    await guest.endProbes();
    expect('pieces of memory that the kernel lost', await lostPieces(guest)).toBe(0);
  },
);
