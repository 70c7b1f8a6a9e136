import { cells, KiB, type Scenario } from '../../src/suite/scenario.js';

function fileOn(kind: 'ext4' | 'xfs', tags: readonly string[] = []): Scenario {
  return {
    title: `a file on ${kind} takes device memory like the disk it lies on, by every way of asking for I/O`,
    options: {
      shape: 'cmb-switch',
      asks: ['data-arrives'],
      covers: ['io', 'filesystem', kind],
      needs: ['p2pmem-allocate', kind],
      tags,
    },
    body: async ({ guest, expect }) => {
      const { cmb, disk } = guest.devices;
      const file = await guest.fileOn(kind, disk);
      const owner = await guest.probe('p2pmem');
      const out = await owner.map(cmb, 64 * KiB);
      const back = await owner.map(cmb, 64 * KiB);
      const ram = await owner.ram(64 * KiB);
      for (const [index, way] of (['sync', 'aio', 'uring', 'nowait'] as const).entries()) {
        const at = index * 128 * KiB;
        await out.fill(10 + index);
        await expect(owner.write(file, out, at, way === 'nowait' ? 'sync' : way)).toSucceed();
        await back.fill(1);
        await expect(owner.read(file, back, at, way)).toSucceed();
        await expect(owner.read(file, ram, at)).toSucceed();
        for (const copy of [back, ram]) {
          copy.expectSeed(out.seed);
          await expect(copy).toBeIntact();
        }
      }
    },
  };
}

export default cells({ ext4: fileOn('ext4'), xfs: fileOn('xfs', ['nightly']) });
