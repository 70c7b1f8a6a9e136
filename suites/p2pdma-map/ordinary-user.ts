import { KiB, scenario } from '../../src/suite/scenario.js';

const user = 1000;

export default scenario(
  'a user who is given the allocate file can use the memory like root, and one who is not cannot open it',
  {
    shape: 'cmb-switch',
    asks: ['data-arrives', 'refusals-are-exact', 'pool-balances'],
    covers: ['map', 'io', 'permission'],
    needs: ['p2pmem-allocate'],
  },
  async ({ guest, expect }) => {
    const { cmb, disk } = guest.devices;
    const stranger = await guest.probe('p2pmem');
    await stranger.probe.become(user);
    await expect(stranger.tryOpen(cmb.allocate), 'refusals-are-exact').toFailWith('EACCES');

    await guest.run(['chown', String(user), cmb.allocate, disk.node]);
    const owner = await guest.probe('p2pmem');
    await owner.probe.become(user);
    const out = await owner.map(cmb, 64 * KiB);
    await out.fill(1);
    await expect(owner.write(disk, out)).toSucceed();
    expect('wrong words on the disk', await disk.wrongWords(out)).toBe(0);
    const back = await owner.map(cmb, 64 * KiB);
    await expect(owner.read(disk, back)).toSucceed();
    back.expectSeed(out.seed);
    await expect(back).toBeIntact();
    await expect(owner.take('vmsplice', out), 'refusals-are-exact').toFailWith('EREMOTEIO');
    await expect(owner.tryMap(cmb, 2 * (await cmb.poolSize())), 'refusals-are-exact').toFailWith('ENOMEM');
  },
);
