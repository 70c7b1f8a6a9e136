import { lostPieces } from '../../src/suite/leftovers.js';
import { NvmetNamespace } from '../../src/suite/pci.js';
import { scenario } from '../../src/suite/scenario.js';

export default scenario(
  'an NVMe target that is refused its peer memory leaves nothing of the disk or the search behind',
  {
    shape: 'cmb-kmemleak',
    asks: ['no-memory-is-lost', 'refusals-are-exact', 'unbind-finishes'],
    covers: ['nvmet', 'topology'],
    tags: ['nightly'],
    needs: ['p2pmem-allocate', 'nvmet', 'kmemleak'],
    deadlineMs: 300_000,
  },
  async ({ guest, expect }) => {
    const { cmb, disk } = guest.devices;
    const { controller } = disk;
    const target = await NvmetNamespace.make(guest, disk);
    for (const whose of ['1', cmb.bdf]) {
      await expect(target.useMemoryOf(whose), 'refusals-are-exact').toSucceed();
      await expect(target.enable(), 'refusals-are-exact').toFailWith('EINVAL');
    }
    await expect(target.useMemoryOf('0'), 'refusals-are-exact').toSucceed();
    await expect(target.enable(), 'refusals-are-exact').toSucceed();
    await target.disable();
    await target.remove();
    // what is still held of a device that has left the bus is found by nobody any more
    await expect(disk.remove('pci-remove'), 'unbind-finishes').toFinish();
    await disk.restore('pci-remove');
    // a controller that somebody still holds keeps its number (drivers/nvme/host/core.c:nvme_free_ctrl)
    expect('name of the controller that came back', disk.controller).toBe(controller);
    expect('pieces of memory that the kernel lost', await lostPieces(guest)).toBe(0);
  },
);
