import { scenario } from '../../src/suite/scenario.js';

export default scenario(
  'a panic is a FAIL, and the guest is not waited for',
  {
    shape: 'cmb-switch',
    asks: ['guest-survives'],
    covers: ['splat'],
    needs: ['lkdtm'],
    declares: { outcome: 'FAIL', says: /panic.*dumptest|panic: dumptest/i },
  },
  async ({ guest }) => {
    await guest.provoke('PANIC');
    await guest.untilLogged(/this line never comes/);
  },
);
