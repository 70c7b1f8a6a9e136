import { scenario } from '../../src/suite/scenario.js';

export default scenario(
  'a WARN is a FAIL that names the function',
  {
    shape: 'cmb-switch',
    asks: ['guest-survives'],
    covers: ['splat'],
    needs: ['lkdtm'],
    declares: { outcome: 'FAIL', says: /WARNING in lkdtm_WARNING/ },
  },
  async ({ guest }) => {
    await guest.provoke('WARNING');
    await guest.untilLogged(/end trace/);
  },
);
