import { KiB, scenario } from '../../src/suite/scenario.js';

export default scenario(
  'a page shared by fork returns to the pool when the last process lets go of it, in any order',
  {
    shape: 'cmb-switch',
    asks: ['pool-balances', 'no-page-in-two-hands', 'refusals-are-exact'],
    covers: ['pool', 'fork'],
    needs: ['p2pmem-allocate'],
  },
  async ({ guest, expect }) => {
    const { cmb } = guest.devices;
    const baseline = await cmb.available();
    const parent = await guest.probe('p2pmem');
    const buffer = await parent.map(cmb, 16 * KiB);
    await buffer.fill(7);
    const [quitter, victim, last] = [await parent.fork(), await parent.fork(), await parent.fork()];
    // shared memory stays writable, for each of them (mm/memory.c:__copy_present_ptes)
    await expect(parent.touch(buffer, 'w'), 'refusals-are-exact').toGoThrough();
    await expect(last.touch(buffer.in(last), 'w'), 'refusals-are-exact').toGoThrough();
    await buffer.fill(8);
    const taken = baseline - 16 * KiB;

    await parent.unmap(buffer);
    expect('available after the parent unmapped', await cmb.available()).toBe(taken);
    await quitter.end('exit');
    expect('available after a child exited', await cmb.available()).toBe(taken);
    await victim.end('SIGKILL');
    expect('available after a child was killed', await cmb.available()).toBe(taken);
    const seen = buffer.in(last);
    await expect(seen, 'no-page-in-two-hands').toBeIntact();
    await last.unmap(seen);
    await expect('available after the last unmapped', () => cmb.available()).toBecome(baseline);
  },
);
