import { KiB, scenario } from '../../src/suite/scenario.js';

export default scenario(
  'mappings that nobody pins do not keep unbind from finishing',
  {
    shape: 'cmb-switch',
    asks: ['unbind-finishes', 'zap-on-unbind'],
    covers: ['unbind', 'fork'],
    needs: ['p2pmem-allocate'],
  },
  async ({ guest, expect }) => {
    const { cmb } = guest.devices;
    const dirty = await guest.probe('p2pmem');
    const written = await dirty.map(cmb, 256 * KiB);
    await written.fill(1);
    const child = await dirty.fork();
    const reader = await guest.probe('p2pmem');
    const untouched = await reader.map(cmb, 4 * KiB);

    const unbind = cmb.unbind();
    await expect(unbind).toFinish();
    await expect(dirty.touch(written), 'zap-on-unbind').toRaise('SIGBUS');
    await expect(child.touch(written.in(child), 'w'), 'zap-on-unbind').toRaise('SIGBUS');
    await expect(reader.touch(untouched), 'zap-on-unbind').toRaise('SIGBUS');
  },
);
