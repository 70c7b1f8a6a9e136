import { KiB, scenario } from '../../src/suite/scenario.js';

export default scenario(
  'a path is refused or taken for each client by itself, whichever client asked first',
  {
    shape: 'cmb-blocked',
    asks: ['refusals-are-exact', 'data-arrives'],
    covers: ['topology', 'io'],
    needs: ['p2pmem-allocate'],
  },
  async ({ guest, expect, fact }) => {
    const { cmb, disk } = guest.devices;
    const refusal = fact('p2p-refusal');
    const first = await guest.probe('p2pmem');
    const own = await first.map(cmb, 16 * KiB);
    await own.fill(1);
    // the answer for the device itself comes first: it must not become the other's
    await expect(first.write(cmb, own), 'data-arrives').toSucceed();
    await expect(first.write(disk, own)).toFailWith(refusal);
    await expect(first.read(disk, own)).toFailWith(refusal);
    await expect(first.write(cmb, own), 'data-arrives').toSucceed();

    await cmb.unbind().finished(guest.patience(10_000)); // the answers are kept for as long as the provider is bound
    await cmb.rebind();
    const second = await guest.probe('p2pmem');
    const again = await second.map(cmb, 16 * KiB);
    await again.fill(2);
    await expect(second.write(disk, again)).toFailWith(refusal);
    await expect(second.write(cmb, again), 'data-arrives').toSucceed();
    await expect(second.write(disk, again)).toFailWith(refusal);
    await expect(again, 'data-arrives').toBeIntact();
  },
);
