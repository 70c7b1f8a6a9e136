import { KiB, scenario } from '../../src/suite/scenario.js';

export default scenario(
  'peer-to-peer is refused under a root complex that is not on the list, and the log says why, once',
  {
    shape: 'cmb-blocked-intel',
    asks: ['refusals-are-exact', 'data-arrives'],
    covers: ['topology', 'io'],
    tags: ['nightly'],
    needs: ['p2pmem-allocate'],
  },
  async ({ guest, expect, fact }) => {
    const { cmb, disk } = guest.devices;
    const owner = await guest.probe('p2pmem');
    const buffer = await owner.map(cmb, 64 * KiB);
    await buffer.fill(1);
    const refusal = fact('p2p-refusal');
    await expect(owner.write(disk, buffer)).toFailWith(refusal);
    await expect(owner.read(disk, buffer)).toFailWith(refusal);
    await expect(buffer).toBeIntact();

    const log = await guest.run(['dmesg']);
    const said = log.split('\n').filter((line) => line.includes('cannot be used for peer-to-peer DMA'));
    expect('times it is said', said.length).toBe(1); // the answer is remembered
    const [line = ''] = said;
    const why = `as the client and provider (${cmb.bdf}) do not share an upstream bridge or whitelisted host bridge`;
    expect('who is refused', line.includes(disk.bdf)).toBe(true);
    expect('why', line.includes(why)).toBe(true);

    await expect(owner.write(cmb, buffer), 'data-arrives').toSucceed(); // a device may always reach itself
  },
);
