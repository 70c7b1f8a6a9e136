import { KiB, scenario } from '../../src/suite/scenario.js';

export default scenario(
  'a device that is bound again serves new mappings, and the old ones stay dead',
  {
    shape: 'cmb-switch',
    asks: ['rebind-works', 'zap-on-unbind', 'data-arrives'],
    covers: ['unbind', 'rebind'],
    needs: ['p2pmem-allocate'],
  },
  async ({ guest, expect }) => {
    const { cmb, disk } = guest.devices;
    const baseline = await cmb.available();
    const before = await guest.probe('p2pmem');
    const old = await before.map(cmb, 64 * KiB);
    await old.fill(1);
    await expect(cmb.unbind(), 'unbind-finishes').toFinish();
    await cmb.rebind();
    expect('available after rebind', await cmb.available()).toBe(baseline);

    const after = await guest.probe('p2pmem');
    const buffer = await after.map(cmb, 64 * KiB);
    await buffer.fill(2);
    await expect(before.touch(old), 'zap-on-unbind').toRaise('SIGBUS');
    await expect(before.tryMap(cmb, 4 * KiB), 'no-new-mappings').toFailWith('ENODEV'); // its descriptor is of the old device
    await expect(after.write(disk, buffer)).toSucceed();
    const copy = await after.ram(64 * KiB);
    await expect(after.read(disk, copy)).toSucceed();
    copy.expectSeed(buffer.seed);
    await expect(copy, 'data-arrives').toBeIntact();
  },
);
