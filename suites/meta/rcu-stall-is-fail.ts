import { scenario } from '../../src/suite/scenario.js';

export default scenario(
  'an RCU stall is a FAIL that names the function',
  {
    shape: 'cmb-switch',
    asks: ['guest-survives'],
    covers: ['splat'],
    needs: ['lkdtm'],
    declares: { outcome: 'FAIL', says: /rcu.*stall|stall.*rcu/i },
  },
  async ({ guest }) => {
    await guest.write('/proc/sys/kernel/soft_watchdog', '0');
    await guest.write('/sys/module/rcupdate/parameters/rcu_cpu_stall_timeout', '4');
    await guest.provoke('SOFTLOCKUP');
    await guest.untilLogged(/rcu: .*stall/);
  },
);
