import { KiB, scenario } from '../../src/suite/scenario.js';

export default scenario(
  'a descriptor opened for reading gives mappings that can be read and never be made writable',
  {
    shape: 'cmb-switch',
    asks: ['refusals-are-exact'],
    covers: ['map', 'gup'],
    needs: ['p2pmem-allocate'],
  },
  async ({ guest, expect }) => {
    const { cmb, disk } = guest.devices;
    const owner = await guest.probe('p2pmem');
    const page = await owner.map(cmb, 4 * KiB, { descriptor: 'ro', protection: 'r' });
    await expect(owner.touch(page)).toGoThrough();
    await expect(owner.touch(page, 'w')).toRaise('SIGSEGV', 'SEGV_ACCERR');
    const widen = owner.tries('mprotect to rw', (probe) => probe.protect(page.area, 'rw'));
    await expect(widen).toFailWith('EACCES');
    // Nor does a device write there for its owner (mm/gup.c:gup_fast_pte_range); to be read by one is another matter.
    await expect(owner.read(disk, page)).toFailWith('EFAULT');
    await expect(owner.write(disk, page)).toSucceed();
    // The memory is there to be mapped, not to be read or written through the file.
    const descriptor = await owner.probe.open(cmb.allocate);
    await expect(owner.tries('read of the file', (probe) => probe.readOpen(descriptor))).toFailWith('EIO');
    const write = owner.tries('write to the file', (probe) => probe.writeFile(cmb.allocate, 'x'));
    await expect(write).toFailWith('EIO');
  },
);
