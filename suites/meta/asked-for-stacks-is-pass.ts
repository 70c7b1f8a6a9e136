import { scenario } from '../../src/suite/scenario.js';

export default scenario(
  'stacks of all tasks and CPUs, printed because somebody asked, are no complaint of the kernel',
  {
    shape: 'cmb-switch',
    asks: ['guest-survives'],
    covers: ['splat'],
    declares: { outcome: 'PASS', says: /guest-survives held/ },
  },
  async ({ guest }) => {
    for (const key of ['l', 'w', 'd', 'm']) await guest.write('/proc/sysrq-trigger', key);
    await guest.untilLogged(/sysrq: Show Memory/);
  },
);
