import { KiB, scenario } from '../../src/suite/scenario.js';

export default scenario(
  'madvise takes or refuses device memory with the documented errno, and changes neither data nor pool',
  {
    shape: 'cmb-switch',
    asks: ['refusals-are-exact', 'pool-balances'],
    covers: ['map', 'madvise'],
    needs: ['p2pmem-allocate'],
  },
  async ({ guest, expect, fact }) => {
    const { cmb } = guest.devices;
    const owner = await guest.probe('p2pmem');
    const buffer = await owner.map(cmb, 16 * KiB);
    await buffer.fill(1);
    const available = await cmb.available();
    const dofork = fact('dofork');
    const rows: readonly (readonly [string, string | null])[] = [
      ['cold', null],
      ['pageout', null],
      ['willneed', null],
      ['dontfork', null],
      ['dofork', dofork === 'OK' ? null : dofork],
      ['dontdump', null],
      ['free', 'EINVAL'],
      ['wipeonfork', 'EINVAL'],
      ['remove', 'EOPNOTSUPP'],
      ['hwpoison', 'EREMOTEIO'],
      ['soft-offline', 'EREMOTEIO'],
    ];
    for (const [advice, errno] of rows) {
      const call = owner.tries(`madvise(${advice})`, (probe) => probe.advise(buffer.area, advice));
      await (errno === null ? expect(call).toSucceed() : expect(call).toFailWith(errno));
      await expect(buffer).toBeIntact();
      expect(`available after ${advice}`, await cmb.available(), 'pool-balances').toBe(available);
    }
  },
);
