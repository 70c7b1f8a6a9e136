import { seeded } from '../../src/suite/crash.js';
import { cells } from '../../src/suite/scenario.js';

// What lockdep knows of locks beyond who waits for whom: interrupts, contexts, keys, and who is gone.
export default cells({
  'irq-order': seeded(
    'a lock that interrupts take, held over one that they interrupt,',
    'LOCK_IRQ_ORDER',
    /possible deadlock in (?:take_safe|take_unsafe_under_safe|lkdtm_LOCK_IRQ_ORDER)/,
  ),
  'irq-inversion': seeded(
    'an interrupt that takes a lock of which more hangs than it may',
    'LOCK_IRQ_INVERSION',
    /possible deadlock in take_safe/,
  ),
  'wait-context': seeded(
    'a lock that may wait, taken under one that may not,',
    'LOCK_WAIT_CONTEXT',
    /locking bug in lkdtm_LOCK_WAIT_CONTEXT/,
  ),
  nested: seeded(
    'a lock said to be under another that is not held',
    'LOCK_NOT_NESTED',
    /nested lock was not taken in lkdtm_LOCK_NOT_NESTED/,
  ),
  key: seeded(
    'a lock whose key nobody registered',
    'LOCK_KEY',
    /lockdep key not registered in lkdtm_LOCK_KEY/,
  ),
  outlived: seeded('a lock held by a task that ends', 'LOCK_OUTLIVED', /still has locks held in /, {
    logs: /still has locks held/,
  }),
  'rwlock-magic': seeded(
    'a reader-writer lock that was overwritten',
    'RWLOCK_OVERWRITTEN',
    /rwlock bad magic in lkdtm_RWLOCK_OVERWRITTEN/,
  ),
});
