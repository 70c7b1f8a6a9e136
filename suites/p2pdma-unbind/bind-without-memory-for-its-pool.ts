import { failingBinds, failOnlyIn } from '../../src/suite/failing-bind.js';
import { KiB, scenario } from '../../src/suite/scenario.js';

export default scenario(
  'a bind that has no memory for its pool, or for what undoes it later, goes on without, and the next one is whole',
  {
    shape: 'cmb-switch',
    asks: ['rebind-works', 'pool-balances', 'unbind-finishes'],
    covers: ['bind', 'pool', 'error-path', 'unbind'],
    tags: ['nightly'],
    needs: ['p2pmem-allocate', 'fail-nth'],
    expected: ['add-pages', 'nvme-admin-queue'],
  },
  async ({ guest, expect, count }) => {
    const { cmb, disk } = guest.devices;
    const size = await cmb.poolSize();
    const owner = await guest.probe('p2pmem');
    await expect(cmb.unbind()).toFinish();
    // Where gen_pool_create and devm_add_action find their room. What fails after that is NVMe's, and not asked here.
    for (const cache of ['kmalloc-64', 'kmalloc-128']) {
      await failOnlyIn(guest, cache);
      let without = 0;
      for await (const { isBound, pool } of failingBinds(guest, owner, cmb)) {
        if (isBound) await expect(cmb.unbind(), 'unbind-finishes').toFinish();
        if (isBound && pool !== size) without += 1;
        else if (without > 0) break;
      }
      expect(`binds that lacked something of ${cache}`, without > 0).toBe(true);
      count(`without ${cache}`, without);
      await guest.write(`/sys/kernel/slab/${cache}/failslab`, '0');
    }
    await cmb.rebind();
    expect('size of the pool after that', await cmb.poolSize(), 'rebind-works').toBe(size);
    const buffer = await owner.map(cmb, 64 * KiB);
    await buffer.fill(1);
    await expect(owner.write(disk, buffer), 'rebind-works').toSucceed();
  },
);
