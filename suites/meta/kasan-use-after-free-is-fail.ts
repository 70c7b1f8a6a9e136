import { scenario } from '../../src/suite/scenario.js';

export default scenario(
  'a KASAN use-after-free is a FAIL that names the function',
  {
    shape: 'cmb-switch',
    asks: ['guest-survives'],
    covers: ['splat'],
    needs: ['lkdtm'],
    declares: { outcome: 'FAIL', says: /KASAN: .*use-after-free.* lkdtm_READ_AFTER_FREE/ },
  },
  async ({ guest }) => {
    await guest.provoke('READ_AFTER_FREE');
    await guest.untilLogged(/Disabling lock debugging|Allocated by task/);
  },
);
