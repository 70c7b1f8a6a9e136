import { failingBinds, failOnlyIn } from '../../src/suite/failing-bind.js';
import { KiB, scenario } from '../../src/suite/scenario.js';

export default scenario(
  'a bind that has no memory for a file of sysfs leaves none of p2pmem behind, and the next bind is whole',
  {
    shape: 'cmb-switch',
    asks: ['rebind-works', 'pool-balances', 'unbind-finishes'],
    covers: ['bind', 'pool', 'error-path', 'unbind'],
    needs: ['p2pmem-allocate', 'fail-nth'],
  },
  async ({ guest, expect }) => {
    const { cmb, disk } = guest.devices;
    const size = await cmb.poolSize();
    const owner = await guest.probe('p2pmem');
    await expect(cmb.unbind()).toFinish();
    await failOnlyIn(guest, 'kernfs_node_cache');
    const files = 5; // the folder, and size, available, published and allocate in it
    let without = 0;
    for await (const { isBound, pool } of failingBinds(guest, owner, cmb)) {
      if (!isBound) expect('p2pmem of a device without a driver', pool, 'rebind-works').toBe(null);
      if (isBound) await expect(cmb.unbind(), 'unbind-finishes').toFinish();
      if (isBound && pool === null) without += 1; // the driver goes on without its CMB
      if (without === files) break; // what comes after the CMB is no question of peer memory
    }
    expect('binds that lacked a file of p2pmem', without).toBe(files);
    await cmb.rebind();
    expect('size of the pool after that', await cmb.poolSize(), 'rebind-works').toBe(size);
    const buffer = await owner.map(cmb, 64 * KiB);
    await buffer.fill(1);
    await expect(owner.write(disk, buffer), 'rebind-works').toSucceed();
  },
);
