import { scenario } from '../../src/suite/scenario.js';

export default scenario(
  'a guest that switches itself off in the middle is never a PASS',
  {
    shape: 'cmb-switch',
    asks: ['guest-survives'],
    covers: ['guest-end'],
    declares: { outcome: 'FAIL', says: /went down in the middle/ },
  },
  async ({ guest, signal }) => {
    await guest.start(['poweroff', '-f']);
    await untilAborted(signal);
  },
);

/** Waits for the end that the guest is expected to come to. */
function untilAborted(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) =>
    signal.addEventListener('abort', () => reject(signal.reason), { once: true }),
  );
}
