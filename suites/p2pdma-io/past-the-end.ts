import { KiB, scenario } from '../../src/suite/scenario.js';

export default scenario(
  'a transfer that runs past the end of a mapping moves what is mapped and nothing else',
  {
    shape: 'cmb-switch',
    asks: ['data-arrives', 'refusals-are-exact', 'pool-balances'],
    covers: ['io', 'gup'],
    needs: ['p2pmem-allocate'],
  },
  async ({ guest, expect }) => {
    const { cmb, disk } = guest.devices;
    const owner = await guest.probe('p2pmem');
    const source = await owner.ram(16 * KiB);
    await source.fill(1);
    await expect(owner.write(disk, source)).toSucceed();
    const buffer = await owner.map(cmb, 16 * KiB);
    await buffer.fill(2);
    await owner.unmap(buffer.part(8 * KiB, 8 * KiB)); // nothing is mapped behind the first two pages now
    await expect(owner.read(disk, buffer)).toFailWith('SHORT (8192 bytes)');
    const head = buffer.part(0, 8 * KiB);
    head.expectSeed(source.seed);
    await expect(head).toBeIntact();

    await head.fill(3);
    await expect(owner.write(disk, buffer)).toFailWith('SHORT (8192 bytes)');
    expect('wrong words of what was mapped', await disk.wrongWords(head)).toBe(0);
    const rest = source.part(8 * KiB, 8 * KiB);
    expect('wrong words behind it', await disk.wrongWords(rest, 8 * KiB)).toBe(0); // as they were
    await expect(owner.read(disk, buffer.part(8 * KiB, 8 * KiB)), 'refusals-are-exact').toFailWith('EFAULT');
    // less than a block is mapped of this one: its page is pinned, found too short, and given back
    const tail = buffer.part(8 * KiB - 256, 512);
    await expect(owner.write(disk, tail), 'refusals-are-exact').toFailWith('EFAULT');
    await expect(owner.read(disk, tail), 'refusals-are-exact').toFailWith('EFAULT');
    await expect(head).toBeIntact();
  },
);
