import { KiB, scenario } from '../../src/suite/scenario.js';

export default scenario(
  'unbind zaps a mapping that is locked into memory, and one that was only ever readable, like any other',
  {
    shape: 'cmb-switch',
    asks: ['zap-on-unbind', 'unbind-finishes'],
    covers: ['unbind', 'map'],
    needs: ['p2pmem-allocate'],
  },
  async ({ guest, expect }) => {
    const { cmb } = guest.devices;
    const keeper = await guest.probe('p2pmem');
    const locked = await keeper.map(cmb, 16 * KiB, { locked: true });
    await locked.fill(1);
    const reader = await guest.probe('p2pmem');
    const readable = await reader.map(cmb, 16 * KiB, { descriptor: 'ro', protection: 'r' });
    await expect(reader.touch(readable)).toGoThrough();

    await expect(cmb.unbind(), 'unbind-finishes').toFinish();
    for (const offset of [0, 8 * KiB, 16 * KiB - 8]) {
      await expect(keeper.touch(locked, 'w', offset)).toRaise('SIGBUS');
      await expect(reader.touch(readable, 'r', offset)).toRaise('SIGBUS');
    }
  },
);
