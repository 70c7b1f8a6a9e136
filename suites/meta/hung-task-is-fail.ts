import { scenario } from '../../src/suite/scenario.js';

export default scenario(
  'a hung task is a FAIL that names it',
  {
    shape: 'cmb-switch',
    asks: ['guest-survives'],
    covers: ['splat'],
    needs: ['lkdtm'],
    declares: { outcome: 'FAIL', says: /hung|blocked for more than/i },
  },
  async ({ guest }) => {
    await guest.write('/proc/sys/kernel/hung_task_timeout_secs', '4');
    await guest.provoke('HUNG_TASK');
    await guest.untilLogged(/blocked for more than/);
  },
);
