import { scenario } from '../../src/suite/scenario.js';

export default scenario(
  'a guest whose CPUs all hang without a word is a FAIL',
  {
    shape: 'cmb-switch',
    asks: ['guest-survives'],
    covers: ['guest-end', 'hang'],
    needs: ['lkdtm'],
    declares: { outcome: 'FAIL', says: /hang: the guest no longer answers/ },
    deadlineMs: 10_000,
  },
  async ({ guest }) => {
    // The kernel's own watchdogs would speak up: this is about a guest that cannot.
    await guest.write('/proc/sys/kernel/soft_watchdog', '0');
    await guest.write('/sys/module/rcupdate/parameters/rcu_cpu_stall_suppress', '1');
    const crash = 'echo HARDLOCKUP > /sys/kernel/debug/provoke-crash/DIRECT';
    await guest.start(['sh', '-c', `taskset 1 sh -c "${crash}" & taskset 2 sh -c "${crash}"`]);
    await guest.untilLogged(/this line never comes/);
  },
);
