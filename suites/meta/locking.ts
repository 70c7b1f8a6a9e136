import { crash, seeded } from '../../src/suite/crash.js';
import { cells } from '../../src/suite/scenario.js';

// Locks taken, held, given back and freed in ways that can hang or corrupt.
export default cells({
  order: seeded(
    'a pair of locks taken in both orders',
    'LOCK_CIRCULAR',
    /possible deadlock in lkdtm_LOCK_CIRCULAR/,
  ),
  recursion: seeded(
    'a lock taken under another of its kind',
    'LOCK_RECURSIVE',
    /possible deadlock in lkdtm_LOCK_RECURSIVE/,
  ),
  state: seeded(
    'a lock taken with interrupts on and in one',
    'LOCK_INCONSISTENT',
    /inconsistent lock state in take_hard/,
  ),
  balance: seeded(
    'a lock given back that is not held',
    'LOCK_UNBALANCED',
    /bad unlock balance in lkdtm_LOCK_UNBALANCED/,
  ),
  freed: seeded('memory freed with a held lock in it', 'LOCK_FREED', /held lock freed in lkdtm_LOCK_FREED/),
  unregistered: seeded(
    'a lock that nobody initialised',
    'LOCK_UNREGISTERED',
    /non-static key in lkdtm_LOCK_UNREGISTERED/,
  ),
  kept: crash(
    'a lock held on the way back to user space',
    'SPINLOCKUP',
    /lock held when returning to user space in lkdtm_SPINLOCKUP/,
  ),
  depth: seeded('a lock checker that gave up', 'LOCK_TOO_DEEP', /MAX_LOCK_DEPTH too low|lockdep/, {
    outcome: 'MISS',
  }),
  magic: seeded('a spinlock that was overwritten', 'SPIN_MAGIC', /spinlock bad magic in lkdtm_SPIN_MAGIC/),
});
