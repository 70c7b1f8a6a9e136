import { KiB, scenario } from '../../src/suite/scenario.js';

export default scenario(
  'pages of a process that is killed with a write in flight return to the pool when the write completes',
  {
    shape: 'cmb-switch',
    asks: ['no-page-in-two-hands', 'pool-balances', 'unbind-finishes'],
    covers: ['pool', 'kill', 'in-flight'],
    needs: ['p2pmem-allocate'],
  },
  async ({ guest, expect }) => {
    const { cmb, disk } = guest.devices;
    const baseline = await cmb.available();
    const owner = await guest.probe('p2pmem');
    const idle = await owner.map(cmb, 64 * KiB);
    const busy = await owner.map(cmb, 64 * KiB);
    await idle.fill(1);
    await busy.fill(2);
    await disk.hold();
    await owner.submitWrite(disk, busy);
    await disk.untilInFlight(1);
    await owner.end('SIGKILL');

    await expect('available without its owner', () => cmb.available()).toBecome(baseline - 64 * KiB);
    const heir = await guest.probe('p2pmem');
    const given = await heir.map(cmb, 64 * KiB); // what lay idle, or what comes after
    await given.fill(3);
    await disk.release();
    await expect('available once the write is done', () => cmb.available(), 'pool-balances').toBecome(
      baseline - 64 * KiB,
    );
    expect('wrong words on the disk', await disk.wrongWords(busy)).toBe(0); // the heir wrote elsewhere
    await expect(given).toBeIntact();
    await heir.end('SIGKILL');
    await expect('available in the end', () => cmb.available(), 'pool-balances').toBecome(baseline);
    await expect(cmb.unbind(), 'unbind-finishes').toFinish();
  },
);
