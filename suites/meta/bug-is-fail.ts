import { scenario } from '../../src/suite/scenario.js';

export default scenario(
  'a BUG is a FAIL that names the function',
  {
    shape: 'cmb-switch',
    asks: ['guest-survives'],
    covers: ['splat'],
    needs: ['lkdtm'],
    declares: { outcome: 'FAIL', says: /kernel BUG .*lkdtm|BUG in lkdtm_BUG/ },
  },
  async ({ guest }) => {
    await guest.provoke('BUG');
    await guest.untilLogged(/end trace/);
  },
);
