import { KiB, scenario } from '../../src/suite/scenario.js';

export default scenario(
  'a CMB that holds no queues is there for userspace to its last page, and can be taken away all the same',
  {
    shape: 'cmb-queues-in-ram',
    asks: ['pool-balances', 'data-arrives', 'unbind-finishes', 'zap-on-unbind'],
    covers: ['map', 'pool', 'unbind'],
    tags: ['nightly'],
    needs: ['p2pmem-allocate'],
  },
  async ({ guest, expect }) => {
    const { cmb, disk } = guest.devices;
    const size = await cmb.poolSize();
    expect('available', await cmb.available()).toBe(size);
    const owner = await guest.probe('p2pmem');
    const whole = await owner.map(cmb, size);
    expect('available once all is mapped', await cmb.available()).toBe(0);
    await whole.fill(1);
    await expect(whole, 'data-arrives').toBeIntact();
    const last = whole.part(size - 64 * KiB, 64 * KiB);
    await expect(owner.write(disk, last), 'data-arrives').toSucceed();
    expect('wrong words', await disk.wrongWords(last), 'data-arrives').toBe(0);
    await expect(cmb.unbind(), 'unbind-finishes').toFinish();
    await expect(owner.touch(whole), 'zap-on-unbind').toRaise('SIGBUS');
    await cmb.rebind();
    expect('available after it is bound again', await cmb.available()).toBe(size);
  },
);
