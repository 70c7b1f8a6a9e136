import { scenario } from '../../src/suite/scenario.js';

export default scenario(
  'a soft lockup is a FAIL that names the function',
  {
    shape: 'cmb-switch',
    asks: ['guest-survives'],
    covers: ['splat'],
    needs: ['lkdtm'],
    declares: { outcome: 'FAIL', says: /soft lockup/ },
  },
  async ({ guest }) => {
    await guest.write('/proc/sys/kernel/watchdog_thresh', '3');
    await guest.provoke('SOFTLOCKUP');
    await guest.untilLogged(/soft lockup/);
  },
);
