import { failingBinds, failOnlyIn } from '../../src/suite/failing-bind.js';
import { KiB, scenario } from '../../src/suite/scenario.js';

export default scenario(
  'memory that cannot be added to the pool is let go of, and the device unbinds and binds as if nothing had been',
  {
    shape: 'cmb-switch',
    asks: ['guest-survives', 'rebind-works', 'pool-balances', 'unbind-finishes'],
    covers: ['bind', 'pool', 'error-path', 'unbind'],
    needs: ['p2pmem-allocate', 'fail-nth'],
    expected: ['add-pages'],
  },
  async ({ guest, expect }) => {
    const { cmb, disk } = guest.devices;
    const size = await cmb.poolSize();
    const owner = await guest.probe('p2pmem');
    await expect(cmb.unbind()).toFinish();
    // The pool keeps a bitmap in vmalloc space (lib/genalloc.c:gen_pool_add_owner), which takes a struct vm_struct.
    await failOnlyIn(guest, 'kmalloc-96');
    let without = 0;
    for await (const { isBound, pool } of failingBinds(guest, owner, cmb)) {
      if (isBound) await expect(cmb.unbind(), 'unbind-finishes').toFinish();
      if (isBound && pool === 0) without += 1;
      else if (without > 0) break; // what comes after the CMB is no question of peer memory
    }
    expect('binds whose memory did not fit in', without > 0).toBe(true);
    await cmb.rebind();
    expect('size of the pool after that', await cmb.poolSize(), 'rebind-works').toBe(size);
    const buffer = await owner.map(cmb, 64 * KiB);
    await buffer.fill(1);
    await expect(owner.write(disk, buffer), 'rebind-works').toSucceed();
  },
);
