import { scenario } from '../../src/suite/scenario.js';

export default scenario(
  'a guest that runs out of memory is a MISS, not a fault of the kernel',
  {
    shape: 'cmb-switch',
    asks: ['guest-survives'],
    covers: ['splat'],
    declares: { outcome: 'MISS', says: /out of memory/ },
  },
  async ({ guest }) => {
    // The killer takes who offers itself, and is called by hand: filling the memory would take long.
    await guest.start(['sh', '-c', 'echo 1000 > /proc/self/oom_score_adj; exec tail -f /dev/null']);
    await guest.write('/proc/sysrq-trigger', 'f');
    await guest.untilLogged(/Killed process/);
  },
);
