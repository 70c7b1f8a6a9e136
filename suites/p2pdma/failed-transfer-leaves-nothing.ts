import { KiB, scenario } from '../../src/suite/scenario.js';

export default scenario(
  'a transfer that fails for reasons of its own gives its pages back, and unbind does not wait for it',
  {
    shape: 'cmb-switch',
    asks: ['unbind-finishes', 'pool-balances', 'data-arrives'],
    covers: ['io', 'unbind', 'pool'],
    needs: ['p2pmem-allocate', 'fail-make-request'],
  },
  async ({ guest, expect }) => {
    const { cmb, disk } = guest.devices;
    const baseline = await cmb.available();
    const owner = await guest.probe('p2pmem');
    const buffer = await owner.map(cmb, 64 * KiB);
    await buffer.fill(1);
    // every request to the disk fails before the driver sees it (block/blk-core.c:should_fail_request)
    const injector = '/sys/kernel/debug/fail_make_request';
    for (const [file, value] of Object.entries({ probability: '100', times: '-1', verbose: '0' }))
      await guest.write(`${injector}/${file}`, value);
    await guest.write(`/sys/block/${disk.block}/make-it-fail`, '1');
    await expect(owner.write(disk, buffer), 'data-arrives').toFailWith('EIO');
    await expect(owner.read(disk, buffer), 'data-arrives').toFailWith('EIO');
    await guest.write(`/sys/block/${disk.block}/make-it-fail`, '0');
    await expect(buffer, 'data-arrives').toBeIntact(); // the failed read brought nothing
    await expect(owner.write(disk, buffer), 'data-arrives').toSucceed();

    await owner.unmap(buffer);
    await expect('available after all', () => cmb.available(), 'pool-balances').toBecome(baseline);
    await expect(cmb.unbind()).toFinish();
  },
);
