import { scenario } from '../../src/suite/scenario.js';

export default scenario(
  "a guest that the host stopped is a MISS and not the kernel's fault",
  {
    shape: 'cmb-switch',
    asks: ['guest-survives'],
    covers: ['guest-end', 'hang'],
    declares: { outcome: 'MISS', says: /paused/ },
    deadlineMs: 8000,
  },
  async ({ guest }) => {
    await guest.qmp('stop');
    await guest.run(['true'], 2000);
  },
);
