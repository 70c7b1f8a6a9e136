import { scenario } from '../../src/suite/scenario.js';

export default scenario(
  'an allocation that fails because a test made it fail is no complaint of the kernel',
  {
    shape: 'cmb-switch',
    asks: ['guest-survives'],
    covers: ['splat'],
    declares: { outcome: 'PASS', says: /guest-survives held/ },
  },
  async ({ guest }) => {
    await guest.write('/sys/kernel/debug/failslab/ignore-gfp-wait', 'N');
    const script = 'echo 1 > /proc/self/fail-nth; read x < /proc/self/stat; true';
    await guest.exec(['sh', '-c', script]);
    await guest.untilLogged(/FAULT_INJECTION: forcing a failure/);
  },
);
