import { MiB, scenario } from '../../src/suite/scenario.js';

export default scenario(
  'an mmap that runs out of kernel memory anywhere on its way gives everything back, and unbind finishes',
  {
    shape: 'cmb-switch',
    asks: ['pool-balances', 'refusals-are-exact', 'unbind-finishes'],
    covers: ['map', 'pool', 'error-path', 'unbind'],
    needs: ['p2pmem-allocate', 'fail-nth'],
  },
  async ({ guest, expect }) => {
    const { cmb } = guest.devices;
    const baseline = await cmb.available();
    const owner = await guest.probe('p2pmem');
    let failed = 0;
    for (let nth = 1; ; nth += 1) {
      // 4 MiB where no page table is yet: two of them must be made while pages are inserted already.
      const { errno, injected, torn } = await owner.mapFailing(cmb, 4 * MiB, nth);
      expect(`available after allocation ${nth} failed`, await cmb.available()).toBe(baseline);
      expect(`a page is missing with allocation ${nth} failing`, torn, 'refusals-are-exact').toBe(false);
      if (!injected) {
        expect('the errno of an mmap that was let alone', errno, 'refusals-are-exact').toBe(null);
        break;
      }
      // Some allocations are tried again in another way, so not every failure is the caller's.
      if (errno !== null) {
        expect(`the errno with allocation ${nth} failing`, errno, 'refusals-are-exact').toBe('ENOMEM');
        failed += 1;
      }
    }
    expect('allocations that fail an mmap: at least VMA and page tables', failed >= 3).toBe(true);
    await owner.end();
    await expect(cmb.unbind(), 'unbind-finishes').toFinish();
  },
);
