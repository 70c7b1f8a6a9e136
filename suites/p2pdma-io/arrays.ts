import { KiB, scenario } from '../../src/suite/scenario.js';

export default scenario(
  'an array of disks takes device memory if all of them do and the kernel says so, and else refuses it',
  {
    shape: 'cmb-neighbours',
    asks: ['refusals-are-exact', 'data-arrives'],
    covers: ['io', 'gup', 'raid'],
    tags: ['nightly'],
    needs: ['p2pmem-allocate', 'raid'],
  },
  async ({ guest, expect, fact }) => {
    const { cmb, other, disk } = guest.devices;
    const answer = fact('array-of-peers');
    for (const level of ['raid0', 'raid1'] as const) {
      const whole = await guest.raid(level, [disk, other]);
      const owner = await guest.probe('p2pmem');
      const buffer = await owner.map(cmb, 256 * KiB); // more than a chunk: both members get a part
      const ram = await owner.ram(256 * KiB);
      await buffer.fill(1);
      const write = owner.write(whole, buffer);
      if (answer !== 'OK') {
        await expect(write).toFailWith(answer);
        await expect(owner.read(whole, buffer)).toFailWith(answer);
        await expect(buffer).toBeIntact();
      } else {
        await expect(write, 'data-arrives').toSucceed();
        await expect(owner.read(whole, ram), 'data-arrives').toSucceed();
        ram.expectSeed(buffer.seed);
        await expect(ram, 'data-arrives').toBeIntact();
        await ram.fill(2);
        await expect(owner.write(whole, ram), 'data-arrives').toSucceed();
        await expect(owner.read(whole, buffer), 'data-arrives').toSucceed();
        buffer.expectSeed(ram.seed);
        await expect(buffer, 'data-arrives').toBeIntact();
      }
      await owner.end();
      await guest.stopRaid(whole);
    }
    const mixed = await guest.raid('raid0', [disk, await guest.plainDisk('plain')]);
    const owner = await guest.probe('p2pmem');
    const buffer = await owner.map(cmb, 64 * KiB);
    await buffer.fill(3);
    await expect(owner.write(mixed, buffer)).toFailWith('EREMOTEIO'); // one member that cannot is enough
    await expect(buffer).toBeIntact();
  },
);
