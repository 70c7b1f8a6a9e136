import { MiB, scenario } from '../../src/suite/scenario.js';

export default scenario(
  'a console that is flooded is cut off, and nothing that was not read is called clean',
  {
    shape: 'cmb-switch',
    asks: ['guest-survives'],
    covers: ['console'],
    declares: { outcome: 'MISS', says: /flooded/ },
    consoleLimit: 2 * MiB,
  },
  async ({ guest }) => {
    await guest.start(['sh', '-c', 'while :; do cat /proc/kallsyms > /dev/ttyS0; done']);
    await guest.untilLogged(/this line never comes/);
  },
);
