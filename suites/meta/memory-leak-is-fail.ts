import { crashScenario } from '../../src/suite/crash.js';

export default crashScenario('a memory leak is a FAIL that names the function', {
  crash: 'LEAK',
  needs: ['more-crashes'],
  append: ['kmemleak=on', 'kmemleak.verbose=1'],
  then: (guest) =>
    guest.run(
      ['sh', '-c', 'until dmesg | grep -q "new suspected"; do echo scan > /sys/kernel/debug/kmemleak; done'],
      60_000,
    ),
  deadlineMs: 120_000,
  declares: { outcome: 'FAIL', says: /memory leak in lkdtm_LEAK/ },
});
