import { KiB, scenario } from '../../src/suite/scenario.js';

/** A CPU that happens to switch between the zap and the look forgets its translations by itself. */
const rounds = 3;

export default scenario(
  'a CPU that never enters the kernel loses the mapping before unbind waits for what is in flight',
  {
    shape: 'cmb-switch',
    asks: ['zap-on-unbind', 'unbind-finishes'],
    covers: ['unbind', 'tlb', 'in-flight'],
    needs: ['p2pmem-allocate'],
  },
  async ({ guest, expect }) => {
    const { cmb, disk } = guest.devices;
    for (let round = 1; round <= rounds; round++) {
      const owner = await guest.probe('p2pmem');
      const buffer = await owner.map(cmb, 64 * KiB);
      await disk.hold();
      const write = await owner.submitWrite(disk, buffer);
      await disk.untilInFlight(1);
      const reading = await owner.spin(buffer, 1);
      let end: Awaited<ReturnType<typeof reading.untilRaised>> | undefined;
      const over = reading.untilRaised().then((raised) => {
        end = raised;
      });
      over.catch(() => undefined); // that it never comes is seen below

      const unbind = cmb.unbind();
      const since = await expect(unbind).toBeBlockedIn('memunmap_pages');
      await expect('a read on the other CPU', async () => end?.signal).toBecome('SIGBUS');
      expect('a read that began after the zap went through', (end?.lastTsc ?? since) > since).toBe(false);

      await disk.release();
      await expect(write).toComplete();
      await expect(unbind, 'unbind-finishes').toFinish();
      if (round < rounds) await cmb.rebind();
    }
  },
);
